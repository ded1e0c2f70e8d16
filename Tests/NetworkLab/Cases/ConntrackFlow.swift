import Addresses
import KubeAPI
import Linux
import LoadBalancing
import TestSupport

/// `kind: conntrack`: a connection that the kernel knows from before, and whether it is forgotten when the data plane
/// takes the table over.
struct ConntrackFlow {
    private let test: ConformanceCase
    private let scene: FlowScene
    private static let patience = Duration.seconds(2)

    init(_ test: ConformanceCase) {
        self.test = test
        scene = FlowScene(test)
    }

    func run(_ factory: DataPlaneFactory) async throws {
        let entry = test.inputs["entry"]
        guard let `protocol` = entry?["protocol"]?.string.flatMap(L4Protocol.init(rawValue:)),
            let service = entry?["originalDestination"]?.string.flatMap({ IPSocketAddress($0) }),
            let backend = entry?["replySource"]?.string.flatMap({ IPSocketAddress($0) }),
            let isDeleted = test.expect["deleted"]?.bool
        else { throw CaseFailure("the case cannot be read") }
        let node = try await ProxiedNode(scene, factory)
        let client = IPSocketAddress(Self.client(service.address.family), 40000)
        let original = ConntrackTuple(`protocol`, from: client, to: service)
        try await node.lab.node.run {
            var connections = try LabConnections()
            try connections.add(original, dnatTo: backend)
        }
        try await node.run {
            try await node.settle(scene)
            let wasDeleted = try await isForgotten(original, on: node, expecting: isDeleted)
            guard wasDeleted == isDeleted else {
                throw CaseFailure(
                    at: "\(original) to \(backend)", expected: isDeleted ? "deleted" : "kept",
                    came: wasDeleted ? "deleted" : "kept")
            }
        }
    }

    private static func client(_ family: IPFamily) -> IPAddress {
        family == .ipv4 ? IPAddress("10.244.1.50")! : IPAddress("fd00:244:1::50")!
    }

    /// Whether the kernel has forgotten the connection. What is to be forgotten may take a moment after the table has
    /// come into force.
    private func isForgotten(
        _ original: ConntrackTuple, on node: ProxiedNode, expecting isDeleted: Bool
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + (isDeleted ? Self.patience : .milliseconds(50))
        while true {
            let isKnown = try await node.lab.node.run {
                var connections = try LabConnections()
                return try connections.all().contains { $0.original == original }
            }
            if !isKnown { return true }
            if ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
