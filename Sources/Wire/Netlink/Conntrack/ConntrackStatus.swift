/// What the kernel knows about a tracked connection: IPS_… of linux/netfilter/nf_conntrack_common.h.
package struct ConntrackStatus: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let expected = ConntrackStatus(rawValue: 0x1)
    package static let seenReply = ConntrackStatus(rawValue: 0x2)
    /// Never thrown out early to make room.
    package static let assured = ConntrackStatus(rawValue: 0x4)
    package static let confirmed = ConntrackStatus(rawValue: 0x8)
    /// The source is rewritten: masqueraded.
    package static let sourceNAT = ConntrackStatus(rawValue: 0x10)
    /// The destination is rewritten.
    package static let destinationNAT = ConntrackStatus(rawValue: 0x20)
    package static let dying = ConntrackStatus(rawValue: 0x200)
}

/// TCP_CONNTRACK_… of linux/netfilter/nf_conntrack_tcp.h.
package struct ConntrackTCPState: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let none = ConntrackTCPState(rawValue: 0)
    package static let synSent = ConntrackTCPState(rawValue: 1)
    package static let synReceived = ConntrackTCPState(rawValue: 2)
    package static let established = ConntrackTCPState(rawValue: 3)
    /// One side has closed.
    package static let finWait = ConntrackTCPState(rawValue: 4)
    /// That was acknowledged; the other side may still send.
    package static let closeWait = ConntrackTCPState(rawValue: 5)
    /// Both sides have closed.
    package static let lastAcknowledgement = ConntrackTCPState(rawValue: 6)
    package static let timeWait = ConntrackTCPState(rawValue: 7)
    /// Reset.
    package static let close = ConntrackTCPState(rawValue: 8)
    /// SYNs from both sides.
    package static let synSent2 = ConntrackTCPState(rawValue: 9)
}

/// SCTP_CONNTRACK_… of linux/netfilter/nf_conntrack_sctp.h.
package struct ConntrackSCTPState: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let none = ConntrackSCTPState(rawValue: 0)
    package static let closed = ConntrackSCTPState(rawValue: 1)
    package static let cookieWait = ConntrackSCTPState(rawValue: 2)
    package static let cookieEchoed = ConntrackSCTPState(rawValue: 3)
    package static let established = ConntrackSCTPState(rawValue: 4)
    package static let shutdownSent = ConntrackSCTPState(rawValue: 5)
    package static let shutdownReceived = ConntrackSCTPState(rawValue: 6)
    package static let shutdownAcknowledged = ConntrackSCTPState(rawValue: 7)
    package static let heartbeatSent = ConntrackSCTPState(rawValue: 8)
}
