import Addresses
import LoadBalancing

/// Where internal traffic comes from: Pods by their CIDRs, this host by its addresses and loopback. All frontends of a
/// family share one list.
struct InternalSources: Equatable, Sendable {
    private let ipv4: [IPPrefix]
    private let ipv6: [IPPrefix]

    /// - Parameter own: addresses of this host beside those that it serves NodePorts on.
    init(_ table: ServiceTable, _ own: Set<IPAddress>) {
        ipv4 = Self.prefixes(.ipv4, table, own)
        ipv6 = Self.prefixes(.ipv6, table, own)
    }

    func prefixes(_ family: IPFamily) -> [IPPrefix] {
        switch family {
        case .ipv4: ipv4
        case .ipv6: ipv6
        }
    }

    private static func prefixes(
        _ family: IPFamily, _ table: ServiceTable, _ own: Set<IPAddress>
    ) -> [IPPrefix] {
        let loopback =
            switch family {
            case .ipv4: IPPrefix(IPAddress(ipv4: 127 << 24), length: 8)
            case .ipv6: IPPrefix(host: IPAddress(ipv6: 0, 1))
            }
        let others = [loopback] + table.podCIDRs.filter { $0.family == family }
        let host = table.nodeAddresses.union(own).filter { address in
            address.family == family && !others.contains { $0.contains(address) }
        }
        return others + host.sorted().map(IPPrefix.init(host:))
    }
}
