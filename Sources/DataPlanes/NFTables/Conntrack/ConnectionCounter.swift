package import Addresses
package import Linux
package import LoadBalancing
package import Wire

/// Counts the connections that are open to each backend of some ServicePorts: what least-connections weighs by. It
/// is made once for a table, and counts as often as it is asked.
package struct ConnectionCounter: Sendable {
    /// Where clients connect to.
    private struct Destination: Hashable {
        var address: IPSocketAddress
        var `protocol`: L4Protocol
    }

    package typealias Counts = [ServicePortName: [IPSocketAddress: Int]]

    private var owners: [Destination: ServicePortName] = [:]

    package init(_ servicePorts: Set<ServicePortName>, in table: ServiceTable) {
        for (frontend, value) in table.frontends where servicePorts.contains(value.servicePort) {
            for address in table.destinations(of: frontend)
            where table.frontend(address, frontend.protocol)?.servicePort == value.servicePort {
                owners[Destination(address: address, protocol: frontend.protocol)] =
                    value.servicePort
            }
        }
    }

    /// One walk through the kernel's table for each family in which there is something to count.
    package func count(in table: inout ConntrackTable) throws(NetlinkError) -> Counts {
        var counts: Counts = [:]
        for scan in scans {
            counts = try table.reduce(into: counts, matching: scan) { add($1, to: &$0) }
        }
        return counts
    }

    /// Counts a connection, if it is open and to one of the ServicePorts.
    package func add(_ connection: ConntrackEntry, to counts: inout Counts) {
        guard connection.isTranslated, connection.isOpen,
            let owner = owners[
                Destination(address: connection.destination, protocol: connection.protocol)]
        else { return }
        counts[owner, default: [:]][connection.replySource, default: 0] += 1
    }

    /// What to ask the kernel for: rewritten connections, of one protocol where there is but one.
    package var scans: [ConntrackFilter] {
        IPFamily.allCases.compactMap { family in
            let protocols = Set(
                owners.keys.filter { $0.address.address.family == family }.map(\.protocol))
            guard let first = protocols.first else { return nil }
            return ConntrackFilter(
                family, protocols.count == 1 ? first : nil, status: .destinationNAT)
        }
    }
}

extension ConntrackEntry {
    /// A backend has work with it: not while only the memory of a closed connection is left. Of UDP nobody says
    /// when it ends, so each flow counts.
    package var isOpen: Bool {
        switch `protocol` {
        case .udp: true
        case .tcp:
            ![.none, .lastAcknowledgement, .timeWait, .close].contains(tcpState ?? .established)
        case .sctp:
            ![.none, .closed, .shutdownAcknowledged].contains(sctpState ?? .established)
        }
    }
}
