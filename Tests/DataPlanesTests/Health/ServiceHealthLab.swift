import Addresses
import KubeAPI
import Linux
import LoadBalancing
import Synchronization
import Watching

@testable import DataPlanes

/// A server of health checks on loopback of a namespace of its own, told of a cluster with one Service.
final class ServiceHealthLab: Sendable {
    static let web = ObjectName(namespace: "default", name: "web")

    let node: NodeNamespace
    let server: ServiceHealthServer
    let isProxyHealthy: SharedFlag
    private let state: Mutex<ClusterState>

    final class SharedFlag: Sendable {
        private let value = Atomic<Bool>(true)
        func set(_ new: Bool) { value.store(new, ordering: .sequentiallyConsistent) }
        var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
    }

    init(wholeFamilies: Set<IPFamily> = []) throws {
        let isProxyHealthy = SharedFlag()
        self.isProxyHealthy = isProxyHealthy
        var settings = HTTPServer.Settings()
        settings.bindBackoff.first = .milliseconds(10)
        node = try NodeNamespace([])
        let constant = settings
        server = try node.run {
            try ServiceHealthServer(
                node: "node-a", wholeFamilies: wholeFamilies, constant,
                isProxyHealthy: { isProxyHealthy.isSet })
        }
        var context = NodeContext(name: "node-a")
        context.nodePortAddresses = [IPAddress("127.0.0.1")!]
        state = Mutex(ClusterState(node: context))
    }

    static func service(port: Int64, clusterIPs: [String]) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: web.name, namespace: web.namespace), spec: ServiceSpec())
        service.spec.type = .loadBalancer
        service.spec.externalTrafficPolicy = .local
        service.spec.healthCheckNodePort = port
        service.spec.clusterIP = clusterIPs[0]
        service.spec.clusterIPs = clusterIPs
        service.spec.ports = [ServicePort(port: 80)]
        return service
    }

    func put(port: Int64, clusterIPs: [String] = ["10.96.0.1"], endpoints: [String]) {
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: "web-1", namespace: Self.web.namespace),
            addressType: "IPv4", ports: [EndpointPort(port: 8080)])
        slice.metadata.labels[EndpointSlice.serviceNameLabel] = Self.web.name
        slice.endpoints = endpoints.map { address in
            var endpoint = Endpoint(addresses: [address])
            endpoint.nodeName = "node-a"
            return endpoint
        }
        change { state in
            state.upsert(Self.service(port: port, clusterIPs: clusterIPs)).union(
                state.upsert(slice))
        }
    }

    func remove() { change { $0.remove(service: Self.web) } }

    func setNodeAddresses(_ addresses: Set<IPAddress>) {
        change { state in
            var node = state.snapshot.node
            node.nodePortAddresses = addresses
            return state.replace(node: node)
        }
    }

    private func change(_ edit: (inout ClusterState) -> Set<ObjectName>) {
        state.withLock { state in
            let changed = edit(&state)
            server.update(state.snapshot, changed: changed)
        }
    }

    /// Waits until the Service's health check answers on so many addresses, all of that port.
    func bound(port: Port, count: Int = 1) async -> Set<IPSocketAddress> {
        while true {
            let bound = server.boundAddresses(Self.web)
            if bound.count == count, bound.allSatisfy({ $0.port == port }) { return bound }
            await Task.yield()
        }
    }

    func get(
        _ path: String = "/", _ address: IPSocketAddress, method: String = "GET"
    ) throws -> HTTPAnswer? {
        try node.run { try HTTPAnswer.get(path, from: address, method: method) }
    }

    /// Waits until nobody listens there.
    func refused(_ address: IPSocketAddress) async {
        while (try? node.run({ try TestSocket(to: address) })) != nil { await Task.yield() }
    }
}
