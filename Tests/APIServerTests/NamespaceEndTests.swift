import KubeAPI
import Storage
import Synchronization
import Testing

@testable import APIServer

@Suite("The end of a namespace")
struct NamespaceEndTests {
    private static func gone(_ server: TestServer, _ name: String) async throws -> Bool {
        try await server.get("/api/v1/namespaces/\(name)").code == 404
    }

    /// Asks again until it is so, at most a few seconds.
    private static func eventually(_ body: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<100 {
            if try await body() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    @Test("What was let in before the end is not left behind after it")
    func lateCreation() async throws {
        let log = HoldingLog(holding: "services/doomed/late")
        try await TestServer.with(log: log) { server in
            _ = try await server.client.create(.namespaces, ["metadata": ["name": "doomed"]])
            async let late = server.send(
                "POST", "/api/v1/namespaces/doomed/services", .service("late"))
            await log.reached()
            _ = try await server.send("DELETE", "/api/v1/namespaces/doomed", nil)
            // Without the wait for creations the namespace is gone by now.
            for _ in 0..<10 where try await !Self.gone(server, "doomed") {
                try await Task.sleep(for: .milliseconds(50))
            }
            log.release()
            #expect(try await late.code == 201)
            #expect(try await Self.eventually { try await Self.gone(server, "doomed") })
            let left = try await server.get("/api/v1/namespaces/doomed/services")
            #expect(left.json["items"]?.array?.isEmpty == true)
        }
    }

    @Test("What is in spec.finalizers is said by PUT to finalize alone, and holds the namespace")
    func finalize() async throws {
        try await TestServer.with { server in
            let path = "/api/v1/namespaces/held"
            let made = try await server.send(
                "POST", "/api/v1/namespaces", ["metadata": ["name": "held"]]
            ).json
            #expect(made.value(at: "spec", "finalizers") == ["kubernetes"])
            var object = made
            object["spec"] = ["finalizers": ["kubernetes", "example.com/hold"]]
            object["status"] = ["phase": "Terminating"]
            object["metadata"]?["resourceVersion"] = nil
            let ignored = try await server.send("PUT", path, object)
            #expect(ignored.json["spec"] == made["spec"])
            let said = try await server.send("PUT", path + "/finalize", object)
            #expect(said.code == 200)
            #expect(said.json["spec"] == object["spec"])
            #expect(said.json.value(at: "status", "phase") == "Active")
            for (method, code) in [("GET", 405), ("PATCH", 405), ("DELETE", 405)] {
                let body: JSON? = method == "PATCH" ? [:] : nil
                let answer = try await server.send(method, path + "/finalize", body?.encoded())
                #expect(answer.code == code, "\(method)")
            }
            object["spec"] = ["finalizers": ["a b"]]
            #expect(try await server.send("PUT", path + "/finalize", object).code == 422)
            // Its content goes, which is said by the server; the other finalizer holds it.
            #expect(try await server.send("DELETE", path, nil).code == 200)
            #expect(
                try await Self.eventually {
                    try await server.get(path).json.value(at: "spec", "finalizers")
                        == ["example.com/hold"]
                })
            object["spec"] = ["finalizers": []]
            #expect(try await server.send("PUT", path + "/finalize", object).code == 200)
            #expect(try await Self.eventually { try await Self.gone(server, "held") })
        }
    }

    @Test("A namespace with a finalizer of its own goes once that is removed")
    func finalizer() async throws {
        try await TestServer.with { server in
            let path = "/api/v1/namespaces/held"
            let held: JSON = ["metadata": ["name": "held", "finalizers": ["example.com/hold"]]]
            #expect(try await server.send("POST", "/api/v1/namespaces", held).code == 201)
            #expect(try await server.send("DELETE", path, nil).code == 200)
            try await Task.sleep(for: .milliseconds(300))
            let terminating = try await server.get(path)
            #expect(terminating.json.value(at: "status", "phase") == "Terminating")
            let patch: JSON = ["metadata": ["finalizers": .null]]
            #expect(
                try await server.send(
                    "PATCH", path, patch, type: "application/merge-patch+json"
                ).code == 200)
            #expect(try await Self.eventually { try await Self.gone(server, "held") })
        }
    }
}

/// A log in memory that holds the write of one key back until it is released.
private final class HoldingLog: RevisionLog {
    private struct State {
        var isReached = false
        var isReleased = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let log = MemoryLog()
    private let key: String
    private let state = Mutex(State())

    init(holding key: String) { self.key = key }

    private func wait(until condition: @escaping @Sendable (borrowing State) -> Bool) async {
        while !state.withLock({ condition($0) }) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    func reached() async { await wait { $0.isReached } }
    func release() { state.withLock { $0.isReleased = true } }

    func append(_ writes: [Write]) async throws(LogError) -> [StoredValue] {
        if writes.contains(where: { $0.key == key && $0.action == .put }) {
            state.withLock { $0.isReached = true }
            await wait { $0.isReleased }
        }
        return try await log.append(writes)
    }

    func get(_ key: String) async throws(LogError) -> StoredValue? { try await log.get(key) }
    func list(
        _ prefix: String, at revision: Revision?, after: String?, limit: Int?
    ) async throws(LogError) -> Page {
        try await log.list(prefix, at: revision, after: after, limit: limit)
    }
    func watch(_ prefix: String, after revision: Revision) async throws(LogError) -> any LogWatch {
        try await log.watch(prefix, after: revision)
    }
    func compact(before revision: Revision) async throws(LogError) {
        try await log.compact(before: revision)
    }
    func currentRevision() async throws(LogError) -> Revision { try await log.currentRevision() }
    func compactedRevision() async throws(LogError) -> Revision {
        try await log.compactedRevision()
    }
}
