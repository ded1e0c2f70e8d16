@testable import APIServer
import Addresses
import KubeAPI
import Logging
import Storage
import TestSupport
import Testing

/// Scripts of writes, with what a real API server answered to them.
private let scripts = ConformanceCase.load("service_defaulting_allocation.yaml") { script in
    let known = ["create", "put", "merge-patch", "status-patch", "delete", "wait-until-gone"]
    return (script.inputs["steps"]?.array ?? [["op": "none"]]).allSatisfy { step in
        known.contains(step["op"]?.string ?? "")
            && step["manifest"]?["kind"]?.string ?? "Service" == "Service"
    }
}

@Suite("Requests for Services")
struct ScriptTests {
    @Test("A script of requests is answered as by a real API server", arguments: scripts)
    func replays(_ script: ConformanceCase) async throws {
        let router = try await Self.router()
        var labels: [String: JSON] = [:]
        let steps = script.inputs["steps"]?.array ?? []
        for (index, (step, expected)) in zip(steps, script.expect.array ?? []).enumerated() {
            guard let request = Self.request(step) else { continue }
            let response = await router.respond(to: request)
            guard case .bytes(let bytes) = response.body else { continue }
            let answer = try JSON(parsing: bytes)
            let place = "\(script.id), step \(index): \(answer["message"]?.string ?? "")"
            if let code = expected["code"]?.integer {
                #expect(response.code == Int(code), "\(place)")
            }
            #expect((response.code < 300) == expected["ok"]?.bool, "\(place)")
            for (key, value) in expected["spec"]?.object ?? [:] where key != "ports" {
                let found =
                    key == "status.loadBalancer"
                    ? answer.value(at: "status", "loadBalancer") : answer.value(at: "spec", key)
                #expect(Self.bind(value, found ?? .null, &labels), "\(place): \(key)")
            }
        }
    }

    /// Whether a value is as expected; `<auto …>` stands for one value in the whole script.
    private static func bind(
        _ expected: JSON, _ found: JSON, _ labels: inout [String: JSON]
    ) -> Bool {
        if let label = expected.string, label.hasPrefix("<auto") {
            if let known = labels[label] { return known == found }
            labels[label] = found
            return !found.isNull
        }
        guard let elements = expected.array else { return expected == found }
        let others = found.array ?? []
        return elements.count == others.count
            && zip(elements, others).allSatisfy { bind($0, $1, &labels) }
    }

    private static func router() async throws -> Router {
        var configuration = APIServer.Configuration(
            listen: [], tls: APIServer.TLS(certificateChain: [], privateKey: [], clientCA: []),
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!, IPPrefix("fd00:96::/112")!],
            podCIDRs: [IPPrefix("10.244.0.0/24")!])
        configuration.now = { Timestamp(secondsSinceEpoch: 1_800_000_000) }
        let store = ObjectStore(
            log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
        _ = try await store.create(
            .namespaces, namespace: "", ["metadata": ["name": "alloc"]], WriteOptions())
        return Router(
            store: store, discovery: Discovery(serverAddress: ""),
            documents: Documents(version: configuration.gitVersion),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func request(_ step: JSON) -> APIRequest? {
        let manifest = step["manifest"]
        let name =
            step["name"]?.string ?? manifest?.value(at: "metadata", "name")?.string ?? "svc-a"
        let services = "/api/v1/namespaces/alloc/services"
        let (method, path, type, body): (String, String, String, JSON?) =
            switch step["op"]?.string {
            case "create": ("POST", services, "application/json", manifest)
            case "put": ("PUT", "\(services)/\(name)", "application/json", manifest)
            case "merge-patch":
                ("PATCH", "\(services)/\(name)", "application/merge-patch+json", step["patch"])
            case "status-patch":
                (
                    "PATCH", "\(services)/\(name)/status", "application/merge-patch+json",
                    step["patch"]
                )
            case "delete": ("DELETE", "\(services)/\(name)", "application/json", nil)
            default: ("", "", "", nil)
            }
        let query = step["query"]?.string.map { "?\($0)" } ?? ""
        guard !method.isEmpty, var request = APIRequest(method: method, target: path + query)
        else { return nil }
        request.contentType = type
        request.body = body?.encoded() ?? []
        request.identity = Identity(user: "admin", groups: ["system:masters"])
        return request
    }
}

@Suite("What the server does by itself")
struct LifecycleTests {
    @Test("Events go an hour after they were last written")
    func expiresEvents() async throws {
        var configuration = APIServer.Configuration(
            listen: [], tls: APIServer.TLS(certificateChain: [], privateKey: [], clientCA: []),
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!], podCIDRs: [])
        let now = Timestamp(secondsSinceEpoch: 1_800_000_000)
        configuration.now = { now }
        let store = ObjectStore(
            log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
        _ = try await store.create(
            .namespaces, namespace: "", ["metadata": ["name": "default"]], WriteOptions())
        let event: JSON = [
            "metadata": ["name": "a"],
            "involvedObject": ["kind": "Pod", "name": "a", "namespace": "default"],
            "lastTimestamp": .string(now.advanced(by: 60).description),
        ]
        _ = try await store.create(.events, namespace: "default", event, WriteOptions())
        // It was last seen a minute after its creation.
        for (seconds, isKept) in [(3601, true), (3660, true), (3661, false)] as [(Int64, Bool)] {
            configuration.now = { now.advanced(by: seconds) }
            let later = ObjectStore(
                log: store.log, configuration: configuration, logger: TestServer.silent)
            try await EventExpiry(store: later).expire()
            let left = try await later.list(.events, ListRequest(selection: Selection()))
            #expect(left.items.isEmpty == !isKept, "after \(seconds) seconds")
        }
    }
}
