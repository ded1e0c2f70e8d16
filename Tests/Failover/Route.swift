import Addresses

/// One way to a Service that new connections take, and how many a second.
struct Route: Sendable {
    var name: String
    var destination: IPSocketAddress
    /// Taken in turns; empty: what the kernel chooses.
    var sources: [IPAddress] = []
    var isFromNode = false
    var service: Cluster.Service
    var rate: Int

    private static let ports: Range<UInt64> = 1024..<65_000

    /// Of the connection with that number; nil: what the kernel chooses. The ports of an address are taken in their order,
    /// so that none is used again while the kernel remembers the connection that had it (10 s after a reset): that
    /// connection's backend may be the new one's too, whatever the rules say by then.
    func source(of number: UInt64) -> IPSocketAddress? {
        guard !sources.isEmpty else { return nil }
        let (round, index) = number.quotientAndRemainder(dividingBy: UInt64(sources.count))
        let port = Self.ports.lowerBound + round % UInt64(Self.ports.count)
        return IPSocketAddress(sources[Int(index)], Port(port))
    }

    /// Everything together makes `rate`: most of it goes from outside to a ClusterIP.
    static func all(rate: Int) -> [Route] {
        let clients = Cluster.stickyClients
        let part = rate / 10
        let nodePort = IPSocketAddress(Cluster.nodeAddress, Cluster.nodePort)
        let sticky = clients.map { client in
            Route(
                name: "\(client) with affinity", destination: Cluster.Service.sticky.tcp,
                sources: [client], service: .sticky, rate: max(1, part / 2 / clients.count))
        }
        let others = 2 * part + sticky.reduce(0) { $0 + $1.rate }
        return [
            Route(
                name: "client to ClusterIP", destination: Cluster.Service.spread.tcp,
                sources: Cluster.clients, service: .spread, rate: rate - others),
            Route(
                name: "client to NodePort", destination: nodePort,
                sources: Cluster.nodePortClients, service: .spread, rate: part),
            Route(
                name: "node to ClusterIP", destination: Cluster.Service.spread.tcp,
                isFromNode: true, service: .spread, rate: part),
        ] + sticky
    }
}
