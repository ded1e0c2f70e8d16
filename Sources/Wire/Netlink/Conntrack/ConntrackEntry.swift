package import Addresses

/// A connection that the kernel tracks: TCP, UDP or SCTP. For UDP it is a flow between two pairs of address and port.
package struct ConntrackEntry: Hashable, Sendable, CustomStringConvertible {
    package var `protocol`: L4Protocol
    /// Of the first packet, as the client sent it.
    package var source: IPSocketAddress
    /// Of the first packet, as the client sent it: the frontend, where it is one.
    package var destination: IPSocketAddress
    /// Where answers come from: the backend, where the destination was rewritten.
    package var replySource: IPSocketAddress
    package var replyDestination: IPSocketAddress
    package var status: ConntrackStatus
    package var tcpState: ConntrackTCPState?
    package var sctpState: ConntrackSCTPState?
    /// Seconds until the entry goes.
    package var timeout: UInt32?
    /// Tells this entry from a later one with the same addresses and ports.
    package var id: UInt32?
    /// Zones keep equal addresses of different networks apart.
    package var zone: UInt16
    /// A zone of the original direction alone.
    package var originalZone: UInt16?

    /// A flow whose answers come from `replySource`.
    package init(
        _ protocol: L4Protocol, from source: IPSocketAddress, to destination: IPSocketAddress,
        repliesFrom replySource: IPSocketAddress, status: ConntrackStatus = [],
        zone: UInt16 = 0
    ) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
        self.replySource = replySource
        replyDestination = source
        self.status = status
        self.zone = zone
    }

    /// Nil for an entry of another protocol, which has no ports.
    package init?(_ message: ConntrackMessage) {
        guard let original = message.original, let reply = message.reply,
            let number = original.protocol, let `protocol` = L4Protocol(number: number),
            let source = original.sourceSocket, let destination = original.destinationSocket,
            let replySource = reply.sourceSocket,
            let replyDestination = reply.destinationSocket
        else { return nil }
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
        self.replySource = replySource
        self.replyDestination = replyDestination
        status = message.status ?? []
        tcpState = message.tcpState
        sctpState = message.sctpState
        timeout = message.timeout
        id = message.id
        zone = message.zone ?? 0
        originalZone = original.zone
    }

    /// The destination was rewritten.
    package var isTranslated: Bool { status.contains(.destinationNAT) }

    /// What asks the kernel to delete this very entry.
    package var deletion: ConntrackMessage {
        var message = ConntrackMessage()
        message.family = source.address.family
        message.original = ConntrackTuple(`protocol`, from: source, to: destination)
        message.original?.zone = originalZone
        message.id = id
        message.zone = zone == 0 ? nil : zone
        return message
    }

    /// `UDP 10.244.0.5:4000 → 10.96.0.10:53 ← 10.244.1.11:5353`.
    package var description: String {
        "\(`protocol`) \(source) → \(destination) ← \(replySource)"
    }
}

extension ConntrackTuple {
    fileprivate var sourceSocket: IPSocketAddress? {
        guard let source, let sourcePort else { return nil }
        return IPSocketAddress(source, sourcePort)
    }

    fileprivate var destinationSocket: IPSocketAddress? {
        guard let destination, let destinationPort else { return nil }
        return IPSocketAddress(destination, destinationPort)
    }
}

extension L4Protocol {
    /// Reads the IANA number.
    fileprivate init?(number: UInt8) {
        switch number {
        case 6: self = .tcp
        case 17: self = .udp
        case 132: self = .sctp
        default: return nil
        }
    }
}
