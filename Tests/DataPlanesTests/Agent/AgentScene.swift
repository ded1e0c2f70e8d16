import Addresses
import DataPlanes
import KubeAPI
import LoadBalancing
import Logging
import Synchronization
import TestSupport
import Watching

/// An agent on a cluster in memory, with a data plane that writes down its calls.
struct AgentScene {
    let time = ManualTime()
    let cluster: FakeCluster
    let plane = RecordingPlane()
    let agent: ProxyAgent
    let snapshots = Snapshots()

    /// What `onSnapshot` was called with.
    final class Snapshots: Sendable {
        private let calls = Mutex<[Set<ObjectName>]>([])
        func add(_ changed: Set<ObjectName>) { calls.withLock { $0.append(changed) } }
        var all: [Set<ObjectName>] { calls.withLock { $0 } }
    }

    init() {
        cluster = FakeCluster(time: time)
        var node = NodeContext(name: "node-a")
        node.nodePortAddresses = [IPAddress("192.0.2.10")!]
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        agent = ProxyAgent(
            source: cluster, client: cluster, plane: plane, node: node, logger: logger,
            time: time.source, onSnapshot: { [snapshots] _, changed in snapshots.add(changed) })
    }

    /// Runs the agent for as long as `body` takes.
    func run(
        _ body: @Sendable @escaping (AsyncStream<RecordingPlane.Call>.Iterator) async throws -> Void
    )
        async throws
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await agent.run() }
            try await body(plane.calls.makeAsyncIterator())
            plane.letGo()
            group.cancelAll()
        }
    }

    // MARK: Objects

    static let web = ObjectName(namespace: "default", name: "web")
    static let webPort = ServicePortName(
        namespace: "default", service: "web", port: "", protocol: .tcp, family: .ipv4)
    static let webAddress = FrontendAddress(.address(IPAddress("10.96.0.1")!), 80, .tcp)

    func putService(_ change: (inout Service) -> Void = { _ in }) {
        var service = Service(
            metadata: ObjectMeta(name: "web", namespace: "default"), spec: ServiceSpec())
        service.spec.type = .clusterIP
        service.spec.clusterIP = "10.96.0.1"
        service.spec.clusterIPs = ["10.96.0.1"]
        service.spec.ports = [ServicePort(port: 80)]
        change(&service)
        cluster.put(service)
    }

    /// A slice of the Service; `leaving` are terminating and still serve.
    func putSlice(ready: [String], leaving: [String] = []) {
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: "web-endpoints", namespace: "default"), addressType: "IPv4",
            ports: [EndpointPort(port: 8080)])
        slice.metadata.labels[EndpointSlice.serviceNameLabel] = "web"
        slice.endpoints = (ready + leaving).map { address in
            var endpoint = Endpoint(addresses: [address])
            endpoint.ready = ready.contains(address)
            endpoint.serving = true
            endpoint.terminating = leaving.contains(address)
            endpoint.targetRef = ObjectReference(
                kind: "Pod", namespace: "default", name: Self.podName(address).name)
            return endpoint
        }
        cluster.put(slice)
    }

    static func podName(_ address: String) -> ObjectName {
        ObjectName(namespace: "default", name: "pod-\(address)")
    }

    func putPod(_ address: String, terminating: Bool = false) {
        var metadata: JSON = [
            "name": .string(Self.podName(address).name), "namespace": "default",
        ]
        if terminating { metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        cluster.put([
            "kind": "Pod", "metadata": metadata, "spec": ["nodeName": "node-a"],
            "status": ["podIP": .string(address), "podIPs": [["ip": .string(address)]]],
        ])
    }

    /// Waits until the object has a condition that satisfies `wanted`.
    func condition<Kind: KubeObject>(
        _ type: String, of _: Kind.Type, _ name: ObjectName,
        _ conditions: @escaping @Sendable (Kind) -> [Condition],
        where wanted: @escaping @Sendable (Condition) -> Bool = { _ in true }
    ) async throws -> Condition? {
        for try await event in cluster.watch(
            Kind.resource, since: ResourceVersion(0), ListOptions())
        {
            guard case .modified(let encoded) = event else { continue }
            let object = Kind(json: try encoded.json())
            guard object.metadata.objectName == name,
                let found = conditions(object).first(where: { $0.type == type }), wanted(found)
            else { continue }
            return found
        }
        return nil
    }

    func serviceCondition(
        where wanted: @escaping @Sendable (Condition) -> Bool = { _ in true }
    ) async throws -> Condition? {
        try await condition(
            "pointsman.dev/Proxied", of: Service.self, Self.web, { $0.status.conditions },
            where: wanted)
    }

    func podCondition(_ address: String) async throws -> Condition? {
        try await condition(
            "pointsman.dev/Drained", of: Pod.self, Self.podName(address), { $0.conditions })
    }
}
