import Addresses
import DataPlanes
import KubeAPI
import Linux
import LoadBalancing
import TestSupport

/// `kind: healthcheck`: what a load balancer hears on the health check NodePort of a Service.
struct HealthCheckFlow {
    private let test: ConformanceCase
    private let scene: FlowScene
    private static let patience = Duration.seconds(2)
    /// For a listener that should not be there to come.
    private static let quiet = Duration.milliseconds(50)

    init(_ test: ConformanceCase) {
        self.test = test
        scene = FlowScene(test)
    }

    func run() async throws {
        let request = test.inputs["request"]
        guard let port = request?["port"]?.integer.flatMap({ Port(exactly: $0) }) else {
            throw CaseFailure("the request cannot be read")
        }
        let network = try LabNetwork(addresses: scene.nodeAddresses)
        defer { network.remove() }
        let (name, families) = (scene.node.name, scene.wholeFamilies)
        let isHealthy = test.inputs["proxyHealthy"]?.bool ?? true
        let server = try await network.node.run {
            try ServiceHealthServer(
                node: name, wholeFamilies: families, isProxyHealthy: { isHealthy })
        }
        let snapshot = scene.snapshot
        server.update(snapshot, changed: Set(snapshot.services.keys))
        let client = NodeClient(network: network)
        do {
            try await checkListeners(port, client)
            if test.expect["status"] != nil { try await checkAnswer(port, client) }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// Where the case says that somebody listens; nil: it does not say everywhere.
    private func listening(_ port: Port) -> Set<IPSocketAddress>? {
        if test.expect["listening"]?.bool == false { return [] }
        return test.expect["listeningAddresses"]?.array.map {
            Set($0.compactMap { $0.string.flatMap { IPSocketAddress($0) } })
        }
    }

    private func checkListeners(_ port: Port, _ client: NodeClient) async throws {
        guard let wanted = listening(port) else { return }
        if wanted.isEmpty { try await Task.sleep(for: Self.quiet) }
        let deadline = ContinuousClock.now + Self.patience
        while true {
            var found: Set<IPSocketAddress> = []
            for address in scene.nodeAddresses.map({ IPSocketAddress($0, port) }) {
                if try await client.isAnswered(address) { found.insert(address) }
            }
            if found == wanted { return }
            guard ContinuousClock.now < deadline else {
                throw CaseFailure(
                    at: "listening", expected: "\(wanted.sorted())", came: "\(found.sorted())")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func checkAnswer(_ port: Port, _ client: NodeClient) async throws {
        guard let address = scene.node.nodePortAddresses.sorted().first else {
            throw CaseFailure("the node serves no NodePort")
        }
        let target = IPSocketAddress(address, port)
        let deadline = ContinuousClock.now + Self.patience
        while try await !client.isAnswered(target) {
            guard ContinuousClock.now < deadline else {
                throw CaseFailure("nobody listens on \(target)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let request = test.inputs["request"]
        let answer = try await client.ask(
            request?["method"]?.string ?? "GET", request?["path"]?.string ?? "/", target)
        try HTTPExpectation(test.expect).check(answer)
    }
}

/// `status`, `headers` and `json` of a case.
struct HTTPExpectation {
    private let expect: JSON
    init(_ expect: JSON) { self.expect = expect }

    func check(_ answer: NodeClient.Answer) throws {
        func require(_ place: String, _ expected: JSON?, _ came: JSON?) throws {
            guard let expected, expected != came else { return }
            throw CaseFailure(
                at: place, expected: "\(expected)", came: came.map { "\($0)" } ?? "nothing")
        }
        try require("status", expect["status"], .integer(Int64(answer.status)))
        for (name, value) in expect["headers"]?.object ?? JSONObject() {
            try require(name, value, answer.headers[name.lowercased()].map { .string($0) })
        }
        try require("body", expect["json"], try? JSON(parsing: answer.body))
    }
}
