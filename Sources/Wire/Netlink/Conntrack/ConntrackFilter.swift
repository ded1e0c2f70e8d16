package import Addresses

/// Which tracked connections are meant. The kernel leaves out what it can, which depends on its version; `matches`
/// is exact.
package struct ConntrackFilter: Hashable, Sendable, CustomStringConvertible {
    package var family: IPFamily
    /// Nil: any.
    package var `protocol`: L4Protocol?
    /// Where the client sent its first packet to.
    package var destination: IPAddress?
    package var destinationPort: Port?
    /// What must be set, all of it.
    package var status: ConntrackStatus

    package init(
        _ family: IPFamily, _ protocol: L4Protocol? = nil, to destination: IPAddress? = nil,
        port destinationPort: Port? = nil, status: ConntrackStatus = []
    ) {
        self.family = family
        self.protocol = `protocol`
        self.destination = destination
        self.destinationPort = destinationPort
        self.status = status
    }

    package func matches(_ entry: ConntrackEntry) -> Bool {
        entry.destination.address.family == family
            && (`protocol` ?? entry.protocol) == entry.protocol
            && (destination ?? entry.destination.address) == entry.destination.address
            && (destinationPort ?? entry.destination.port) == entry.destination.port
            && entry.status.isSuperset(of: status)
    }

    /// What asks the kernel for a dump: a superset of what matches.
    ///
    /// Two things are left to `matches`: of IPv6 the kernel compares addresses the wrong way round
    /// (`ctnetlink_filter_match_tuple` drops those that are equal), and of SCTP it compares no ports. Linux before
    /// 5.8 knows no filter but the family, and that of the status came later still: they tell everything.
    package var dump: ConntrackMessage {
        var message = ConntrackMessage()
        message.family = family
        if !status.isEmpty {
            message.status = status
            message.statusMask = status
        }
        var tuple = ConntrackTuple()
        var parts: ConntrackTuple.Parts = []
        if let destination, family == .ipv4 {
            tuple.destination = destination
            parts.insert(.destination)
        }
        if let `protocol` {
            tuple.protocol = `protocol`.number
            parts.insert(.protocol)
            if let destinationPort {
                tuple.destinationPort = destinationPort
                parts.insert(.destinationPort)
            }
        }
        if !parts.isEmpty {
            message.original = tuple
            message.originalFilter = parts
        }
        return message
    }

    package var description: String {
        var text = "\(family) \(`protocol`?.description ?? "any protocol")"
        if let destination { text += " to \(destination)" }
        if let destinationPort { text += " port \(destinationPort)" }
        return text
    }
}
