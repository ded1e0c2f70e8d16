import Addresses
import DataPlanes
import KubeAPI
import Linux
import LoadBalancing
import Logging
import TestSupport
import Watching

/// A node of the lab whose kernel is kept equal to a cluster by the agent and the data plane of a real node.
struct ProxiedNode: Sendable {
    let lab: FlowLab
    let cluster = FakeCluster()
    private let agent: ProxyAgent

    /// Far more than a data plane needs for the objects of a case.
    private static let patience = Duration.seconds(20)
    /// How long it may fail: it tries again.
    private static let patienceWithFailures = Duration.seconds(1)

    init(_ scene: FlowScene, _ factory: DataPlaneFactory) async throws {
        let node = scene.node
        let network = try LabNetwork(
            addresses: scene.nodeAddresses, localNetworks: node.serviceCIDRs)
        lab = try FlowLab(network)
        let plane = try await network.node.run { try factory.make(network.node) }
        let routes = try await network.node.run {
            ExternalAddressRoutes(
                try NetworkStack(), sources: scene.nodeAddresses,
                keeping: Set(node.serviceCIDRs), report: { _ in })
        }
        var logger = Logger(label: "lab")
        logger.logLevel = .critical
        agent = ProxyAgent(
            source: cluster, client: cluster, plane: RoutedDataPlane(plane, routes: routes),
            node: node, logger: logger,
            time: .machine(sinceEpoch: { WallClock.sinceEpoch }))
        cluster.put(scene.nodeObject)
        put(scene)
    }

    /// Runs the agent for as long as `body` takes; then the node is no more.
    func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
        defer { lab.network.remove() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await agent.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// Stores the objects of the scene; those that are there are replaced.
    func put(_ scene: FlowScene) {
        for object in scene.objects { cluster.put(object) }
    }

    /// Stores the objects of `new`; what only `old` has goes.
    func replace(_ old: FlowScene, with new: FlowScene) {
        put(new)
        let kept = Set(new.slices.map(\.objectName))
        for slice in old.slices where !kept.contains(slice.objectName) {
            cluster.remove(EndpointSlice.resource, slice.objectName)
        }
    }

    /// Returns once the data plane agrees with the scene.
    func settle(_ scene: FlowScene) async throws {
        let table = ServiceTableCompiler.compile(scene.snapshot)
        let start = ContinuousClock.now
        while true {
            let view = await agent.view()
            if let view, view.isSynced, view.failure == nil, view.table == table { return }
            let patience = view?.failure == nil ? Self.patience : Self.patienceWithFailures
            guard ContinuousClock.now - start < patience else {
                let why = view?.failure.map { "\($0)" } ?? "the table is another"
                throw CaseFailure("the objects did not come into force: \(why)")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
