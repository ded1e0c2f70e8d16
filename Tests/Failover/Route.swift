import Addresses

/// One way to a Service that new connections take, and how many a second.
struct Route: Sendable {
    var name: String
    var destination: IPSocketAddress
    /// nil: what the kernel chooses.
    var source: IPAddress?
    var isFromNode = false
    var service: Cluster.Service
    var rate: Int

    /// Everything together makes `rate`: most of it goes from outside to a ClusterIP.
    static func all(rate: Int) -> [Route] {
        let clients = Cluster.clientAddresses.dropFirst()
        let part = rate / 10
        let nodePort = IPSocketAddress(Cluster.nodeAddress, Cluster.nodePort)
        let sticky = clients.map { client in
            Route(
                name: "\(client) with affinity", destination: Cluster.Service.sticky.tcp,
                source: client, service: .sticky, rate: max(1, part / 2 / clients.count))
        }
        let others = 2 * part + sticky.reduce(0) { $0 + $1.rate }
        return [
            Route(
                name: "client to ClusterIP", destination: Cluster.Service.spread.tcp,
                source: Cluster.clientAddresses[0], service: .spread, rate: rate - others),
            Route(
                name: "client to NodePort", destination: nodePort,
                source: Cluster.clientAddresses[0], service: .spread, rate: part),
            Route(
                name: "node to ClusterIP", destination: Cluster.Service.spread.tcp, source: nil,
                isFromNode: true, service: .spread, rate: part),
        ] + sticky
    }
}
