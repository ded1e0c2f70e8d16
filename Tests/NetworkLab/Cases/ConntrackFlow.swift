import Addresses
import KubeAPI
import Linux
import TestSupport

/// `kind: conntrack`: a connection to an endpoint, and whether it is forgotten when the endpoints become those of the
/// case.
struct ConntrackFlow {
    private let test: ConformanceCase
    private let scene: FlowScene
    private static let patience = Duration.seconds(2)
    /// For a deletion that should not happen.
    private static let quiet = Duration.milliseconds(50)

    init(_ test: ConformanceCase) {
        self.test = test
        scene = FlowScene(test)
    }

    func run(_ factory: DataPlaneFactory) async throws {
        let connection = try connection()
        guard let isDeleted = test.expect["deleted"]?.bool else {
            throw CaseFailure("the answer cannot be read")
        }
        let former = scene.served(by: connection.backend)
        let node = try await ProxiedNode(former, factory)
        try await node.run {
            try await node.settle(former)
            try await node.lab.node.run {
                var connections = try LabConnections()
                try connections.add(connection)
            }
            node.replace(former, with: scene)
            try await node.settle(scene)
            let wasDeleted = try await isForgotten(
                connection, on: node, within: isDeleted ? Self.patience : Self.quiet)
            guard wasDeleted == isDeleted else {
                throw CaseFailure(
                    at: "\(connection)", expected: isDeleted ? "deleted" : "kept",
                    came: wasDeleted ? "deleted" : "kept")
            }
        }
    }

    private func connection() throws -> LabConnections.Connection {
        let entry = test.inputs["entry"]
        guard let `protocol` = entry?["protocol"]?.string.flatMap(L4Protocol.init(rawValue:)),
            let service = entry?["originalDestination"]?.string.flatMap({ IPSocketAddress($0) }),
            let backend = entry?["replySource"]?.string.flatMap({ IPSocketAddress($0) })
        else { throw CaseFailure("the entry cannot be read") }
        let client =
            service.address.family == .ipv4 ? "10.244.1.50:40000" : "[fd00:244:1::50]:40000"
        return LabConnections.Connection(
            `protocol`, from: IPSocketAddress(client)!, to: service, at: backend)
    }

    private func isForgotten(
        _ connection: LabConnections.Connection, on node: ProxiedNode, within patience: Duration
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            let isKnown = try await node.lab.node.run {
                var connections = try LabConnections()
                return try connections.contains(connection)
            }
            if !isKnown { return true }
            if ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

extension FlowScene {
    /// The same Services with one ready endpoint behind every port.
    fileprivate func served(by backend: IPSocketAddress) -> FlowScene {
        var scene = self
        scene.objects = objects.filter { $0["kind"] == "Service" }
        scene.objects += scene.objects.map { service in
            let ports = service.value(at: "spec", "ports")?.array ?? []
            return [
                "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                "metadata": [
                    "name": "before", "namespace": service.value(at: "metadata", "namespace") ?? "",
                    "labels": [
                        "kubernetes.io/service-name": service.value(at: "metadata", "name") ?? ""
                    ],
                ],
                "addressType": .string(backend.address.family.description),
                "endpoints": [
                    [
                        "addresses": [.string(backend.address.description)],
                        "conditions": ["ready": true],
                    ]
                ],
                "ports": .array(
                    ports.map { port in
                        [
                            "name": port["name"] ?? "", "protocol": port["protocol"] ?? "TCP",
                            "port": .integer(Int64(backend.port)),
                        ]
                    }),
            ]
        }
        return scene
    }
}
