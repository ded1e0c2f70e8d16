@testable import APIServer
import KubeAPI
import SQLiteStorage
import Storage
import Testing
import Watching

private let services = "/api/v1/namespaces/default/services"
private let pods = "/api/v1/namespaces/default/pods"

@Suite("Lists over HTTPS")
struct ReadTests {
    @Test("Pages are consistent, whatever is written in between")
    func pages() async throws {
        try await TestServer.with { server in
            for number in 0..<7 {
                _ = try await server.client.create(.pods, .inDefault(.pod("p\(number)")))
            }
            var names: [String] = []
            var token = ""
            var versions: Set<String> = []
            repeat {
                let page = try await server.get("\(pods)?limit=3&continue=\(token)").json
                names += Self.names(page)
                versions.insert(page.value(at: "metadata", "resourceVersion")?.string ?? "")
                token = page.value(at: "metadata", "continue")?.string ?? ""
                _ = try? await server.client.delete(
                    .pods, ObjectName(namespace: "default", name: "p6"))
            } while !token.isEmpty
            #expect(names == (0..<7).map { "p\($0)" })
            #expect(versions.count == 1)
            let selected = try await server.get("\(pods)?fieldSelector=metadata.name%3Dp3").json
            #expect(Self.names(selected) == ["p3"])
            let first = try await server.get("\(pods)?limit=2").json
            #expect(first.value(at: "metadata", "remainingItemCount") == 4)
        }
    }

    @Test(
        "Selectors limit a list",
        arguments: [
            ("labelSelector=l%3Dx", ["a", "c"]), ("labelSelector=l%21%3Dx", ["b"]),
            ("labelSelector=l+in+(y,z)", ["b"]), ("labelSelector=%21l", []),
            ("fieldSelector=metadata.name%3Da,status.phase%3DPending", ["a"]),
            ("fieldSelector=status.phase%21%3DPending", []),
            ("labelSelector=l%3Dx&limit=1", ["a"]), ("", ["a", "b", "c"]),
        ] as [(String, [String])])
    func selects(query: String, expected: [String]) async throws {
        try await TestServer.with { server in
            for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
                _ = try await server.client.create(
                    .pods, .inDefault(.pod(name, labels: ["l": label])))
            }
            let answer = try await server.get("/api/v1/pods?\(query)")
            #expect(Self.names(answer.json) == expected)
        }
    }

    @Test(
        "Parameters that do not go together are refused as Kubernetes refuses them",
        arguments: [
            ("resourceVersion=abc", 400), ("resourceVersion=0&resourceVersionMatch=Exact", 422),
            ("resourceVersionMatch=NotOlderThan", 422),
            ("resourceVersion=1&resourceVersionMatch=X", 422),
            ("continue=nonsense", 400), ("fieldSelector=spec.bogus%3D1", 400),
            ("labelSelector=%3D%3D", 400), ("limit=x", 400),
            ("watch=1&sendInitialEvents=true", 422),
            ("watch=1&resourceVersionMatch=NotOlderThan", 422),
            ("resourceVersion=1&resourceVersionMatch=Exact", 200),
            ("resourceVersion=0&resourceVersionMatch=NotOlderThan", 200),
            ("resourceVersion=999999&resourceVersionMatch=NotOlderThan", 504),
        ])
    func refuses(query: String, code: Int) async throws {
        try await TestServer.with { server in
            let answer = try await server.get("/api/v1/services?\(query)")
            #expect(answer.code == code)
        }
    }

    @Test("What is too old is 410")
    func expires() async throws {
        let log = MemoryLog(historyLimit: 10)
        try await TestServer.with(log: log) { server in
            for number in 0..<4 {
                _ = try await server.client.create(.pods, .inDefault(.pod("p\(number)")))
            }
            let page = try await server.get("\(pods)?limit=1").json
            let token = page.value(at: "metadata", "continue")?.string ?? ""
            _ = try await server.client.create(.pods, .inDefault(.pod("later")))
            try await log.compact(before: try await log.currentRevision())
            let expired = try await server.get("\(pods)?limit=1&continue=\(token)")
            #expect(expired.code == 410)
            #expect(expired.reason == "Expired")
            let exact = try await server.get("\(pods)?resourceVersion=1&resourceVersionMatch=Exact")
            #expect(exact.code == 410)
            let watch = try await server.get("\(pods)?watch=1&resourceVersion=1")
            #expect(watch.code == 200)
            #expect(watch.events.first?["type"] == "ERROR")
            #expect(watch.events.first?.value(at: "object", "code") == 410)
        }
    }

    @Test("A client chooses between objects, tables and metadata")
    func negotiates() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let table = try await server.send(
                "GET", services,
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            #expect(table.json["kind"] == "Table")
            let cells = table.json["rows"]?.array?.first?["cells"]?.array ?? []
            #expect(cells.first == "web")
            #expect(cells.dropFirst().first == "ClusterIP")
            let partial = try await server.send(
                "GET", services,
                accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
            #expect(partial.json["kind"] == "PartialObjectMetadataList")
            #expect(partial.json["items"]?.array?.first?["spec"] == nil)
            let plain = try await server.send(
                "GET", services, accept: "application/vnd.kubernetes.protobuf,application/json")
            #expect(plain.json["kind"] == "ServiceList")
        }
    }

    @Test("Health, version and discovery")
    func describes() async throws {
        try await TestServer.with { server in
            for path in ["/healthz", "/livez", "/readyz?verbose", "/api", "/apis", "/api/v1"] {
                #expect(try await server.get(path).code == 200, "\(path)")
            }
            #expect(try await server.get("/healthz").text == "ok")
            #expect(try await server.send("POST", "/healthz", [:] as JSON).code == 405)
            #expect(try await server.get("/nothing").code == 404)
            let version = try await server.get("/version").json["gitVersion"]?.string ?? ""
            #expect(version.hasPrefix("v1.36."))
        }
    }

    @Test("A server that starts again continues with objects, addresses and resourceVersions")
    func restarts() async throws {
        let path = try await Certificates.shared.value.path("restart.db")
        let spec: JSON = ["type": "NodePort", "ports": [["port": 80, "nodePort": 30777]]]
        let first = try SQLiteLog(path: path)
        try await TestServer.with(log: first) { server in
            _ = try await server.send("POST", services, .service("web", spec))
        }
        await first.close()
        let second = try SQLiteLog(path: path)
        try await TestServer.with(log: second) { server in
            let service = try await server.get("\(services)/web")
            #expect(service.code == 200)
            let taken = try await server.send("POST", services, .service("other", spec))
            #expect(taken.code == 422)
            let next = try await server.send("POST", services, .service("next"))
            let old = service.json.value(at: "metadata", "resourceVersion")?.string ?? ""
            let new = next.json.value(at: "metadata", "resourceVersion")?.string ?? ""
            #expect((UInt64(new) ?? 0) > (UInt64(old) ?? .max))
        }
        await second.close()
    }

    static func names(_ list: JSON) -> [String] {
        (list["items"]?.array ?? []).compactMap { $0.value(at: "metadata", "name")?.string }
    }
}
