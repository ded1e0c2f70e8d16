import Addresses
import KubeAPI
import Linux
import LoadBalancing
import TestSupport
import Testing

@testable import DataPlanes

/// The cases about health checks: real listeners and real requests, in a network namespace that has the node's addresses.
@Suite(
    "Health checks as kube-proxy answers them", .blockingThreads,
    .enabled(if: NodeNamespace.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct HealthConformanceTests {
    static let cases = ConformanceCase.load("flows.yaml") {
        $0.json["kind"]?.string == "healthcheck"
    }

    @Test func `All cases are there`() { #expect(Self.cases.count == 7) }

    @Test("Health check NodePort", arguments: cases)
    func healthCheck(_ test: ConformanceCase) async throws {
        let scene = try HealthScene(test)
        var isAsked = false
        if let addresses = test.expect["listeningAddresses"]?.array {
            isAsked = true
            let expected = addresses.compactMap { $0.string.flatMap { IPSocketAddress($0) } }
            #expect(scene.server.boundAddresses(scene.service) == Set(expected))
            for address in expected { #expect(try scene.get("/", address)?.status == 200) }
            let others = scene.nodeIPs.map { IPSocketAddress($0, 32000) }
                .filter { !expected.contains($0) }
            #expect(others.count == scene.nodeIPs.count - expected.count)
            for address in others { #expect(scene.refuses(address)) }
        }
        if test.expect["listening"]?.bool == false {
            isAsked = true
            #expect(scene.server.boundAddresses(scene.service).isEmpty)
            for address in scene.nodeIPs { #expect(scene.refuses(IPSocketAddress(address, 32000))) }
        }
        if let status = test.expect["status"]?.integer {
            isAsked = true
            let answer = try #require(try scene.request())
            #expect(answer.status == Int(status))
            #expect(answer.json == test.expect["json"])
            for (name, value) in test.expect["headers"]?.stringMap ?? [:] {
                #expect(answer.fields[name] == value)
            }
        }
        #expect(isAsked)
        await scene.server.stop()
    }
}

/// The inputs of a case: a node, its objects, and a server that has been told of them.
private struct HealthScene {
    let node: NodeNamespace
    let nodeIPs: [IPAddress]
    let service: ObjectName
    let server: ServiceHealthServer
    private let inputs: JSON

    init(_ test: ConformanceCase) throws {
        inputs = test.inputs
        let input = try #require(inputs["node"])
        let nodeIPs = input.addresses("ips")
        self.nodeIPs = nodeIPs
        let node = try NodeNamespace(nodeIPs)
        self.node = node
        let texts = input["nodePortAddresses"]?.array?.compactMap(\.string) ?? []
        let selection = try NodePortAddressSelection(parsing: texts)
        var context = NodeContext(name: input["name"]?.string ?? "")
        context.nodePortAddresses = selection.served(of: nodeIPs, nodeIPs: Set(nodeIPs))
        let isHealthy = try #require(inputs["proxyHealthy"]?.bool as Bool?)
        let name = context.name
        server = try node.run {
            try ServiceHealthServer(
                node: name, wholeFamilies: selection.wholeFamilies, isProxyHealthy: { isHealthy })
        }
        var state = ClusterState(node: context)
        for object in inputs["objects"]?.array ?? [] {
            switch object["kind"]?.string {
            case "Service": _ = state.upsert(Service(json: object))
            case "EndpointSlice": _ = state.upsert(EndpointSlice(json: object))
            case let kind: Issue.record("object of kind \(kind ?? "none")")
            }
        }
        service = try #require(state.snapshot.services.keys.first)
        server.update(state.snapshot, changed: Set(state.snapshot.services.keys))
        waitForListeners(ServiceHealthPlan.plan(state.snapshot).isEmpty)
    }

    /// The thread opens sockets a moment later.
    private func waitForListeners(_ isNone: Bool) {
        var attempts = 0
        while !isNone, server.boundAddresses(service).isEmpty, attempts < 5000 {
            attempts += 1
            Linux.Thread.yield()
        }
    }

    func request() throws -> HTTPAnswer? {
        let request = try #require(inputs["request"])
        let port = Port(try #require(request["port"]?.integer))
        let address = try #require(server.boundAddresses(service).first { $0.port == port })
        return try get(
            request["path"]?.string ?? "/", address, method: request["method"]?.string ?? "GET")
    }

    func get(
        _ path: String, _ address: IPSocketAddress, method: String = "GET"
    ) throws -> HTTPAnswer? {
        try node.run { try HTTPAnswer.get(path, from: address, method: method) }
    }

    func refuses(_ address: IPSocketAddress) -> Bool {
        do {
            _ = try node.run { try TestSocket(to: address) }
            return false
        } catch {
            return (error as? SystemError)?.errno == .connectionRefused
        }
    }
}

extension JSON {
    fileprivate func addresses(_ key: String) -> [IPAddress] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPAddress($0) } } ?? []
    }
}
