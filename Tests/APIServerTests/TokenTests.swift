import KubeAPI
import SQLiteStorage
import Storage
import Synchronization
import TestSupport
import Testing

@testable import APIServer

private let services = "/api/v1/namespaces/default/services"
private let tokens = "/apis/pointsman.dev/v1/tokens"

extension TestServer {
    /// Makes a token and gives its text.
    func token(_ name: String, _ spec: JSON) async throws -> String {
        let answer = try await send(
            "POST", tokens, ["metadata": ["name": .string(name)], "spec": spec])
        guard answer.code == 201, let text = answer.json.value(at: "status", "token")?.string else {
            throw CommandFailure(description: answer.text)
        }
        return text
    }

    /// Sends a request with a token and no certificate.
    func send(
        _ method: String, _ path: String, _ body: JSON? = nil, token: String
    ) async throws -> Answer {
        try await send(
            method, path, body?.encoded(), user: nil, headers: ["Authorization: Bearer \(token)"])
    }
}

@Suite("Tokens")
struct TokenTests {
    @Test("A token gives its role until it is revoked, and is kept as a hash only")
    func lifeOfToken() async throws {
        let log = MemoryLog()
        try await TestServer.with(log: log) { server in
            let text = try await server.token("ci", ["role": "edit"])
            #expect(text.hasPrefix("pmt.ci."))
            #expect(text.utf8.count == 7 + 64)
            #expect(try await server.send("GET", services, token: text).code == 200)
            #expect(try await server.send("POST", services, .service("a"), token: text).code == 201)
            #expect(try await server.send("GET", tokens, token: text).code == 403)
            let secret = String(text.suffix(64))
            for page in try await log.list("").entries {
                #expect(!String(decoding: page.value.bytes, as: UTF8.self).contains(secret))
            }
            for path in [tokens, "\(tokens)/ci", "\(tokens)?watch=true&timeoutSeconds=1"] {
                let shown = try await server.get(path)
                #expect(shown.text.contains("sha256"))
                #expect(!shown.text.contains(secret))
            }
            #expect(try await server.send("DELETE", "\(tokens)/ci", nil).code == 200)
            #expect(try await server.send("GET", services, token: text).code == 401)
            #expect(try await server.send("GET", "/healthz", token: text).code == 401)
            // Another of the name is another.
            let next = try await server.token("ci", ["role": "view"])
            #expect(next != text)
            #expect(try await server.send("GET", services, token: text).code == 401)
            #expect(try await server.send("GET", services, token: next).code == 200)
        }
    }

    @Test("What is not exactly the token is refused")
    func almost() async throws {
        try await TestServer.with { server in
            let text = try await server.token("a.b", ["role": "admin"])
            #expect(try await server.send("GET", tokens, token: text).code == 200)
            let secret = text.suffix(64)
            let changed = text.dropLast() + (text.last == "0" ? "1" : "0")
            for wrong in [
                String(changed), text.uppercased(), text + "0", String(text.dropLast()),
                "pmt.a.\(secret)", "pmt.b.\(secret)", "pmt..\(secret)", "pmt.\(secret)",
                "pmt.a/b.\(secret)", "pmt.../a.b.\(secret)", String(secret),
                "pmt.a.b." + String(repeating: "0", count: 64),
            ] {
                #expect(try await server.send("GET", services, token: wrong).code == 401)
            }
            // The hash of a token is not the token.
            let stored = try await server.get("\(tokens)/a.b")
            let hash = stored.json.value(at: "spec", "sha256")?.string ?? ""
            #expect(hash.utf8.count == 64)
            #expect(try await server.send("GET", services, token: "pmt.a.b.\(hash)").code == 401)
        }
    }

    @Test("A token expires, and is deleted a day later")
    func expires() async throws {
        let now = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))
        let captured = Mutex<APIServer.Configuration?>(nil)
        try await TestServer.with { configuration in
            configuration.now = { now.withLock { $0 } }
            captured.withLock { [configuration] in $0 = configuration }
        } _: { server in
            let text = try await server.token("short", ["role": "view", "expirationSeconds": 60])
            let lasting = try await server.token("long", ["role": "view"])
            let stored = try await server.get("\(tokens)/short")
            #expect(
                stored.json.value(at: "spec", "expirationTimestamp") == "2027-01-15T08:01:00Z")
            now.withLock { $0 = $0.advanced(by: 59) }
            #expect(try await server.send("GET", services, token: text).code == 200)
            now.withLock { $0 = $0.advanced(by: 1) }
            #expect(try await server.send("GET", services, token: text).code == 401)
            #expect(try await server.send("GET", services, token: lasting).code == 200)
            let configuration = try #require(captured.withLock { $0 })
            let store = ObjectStore(
                log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
            for (name, seconds) in [("a", 10), ("b", 1000)] as [(String, Int64)] {
                _ = try await store.issueToken(
                    [
                        "metadata": ["name": .string(name)],
                        "spec": ["role": "view", "expirationSeconds": .integer(seconds)],
                    ], WriteOptions())
            }
            now.withLock { $0 = $0.advanced(by: 86_400 + 500) }
            try await Expiry.tokens.expire(store)
            let left = try await store.list(.tokens, ListRequest(selection: Selection()))
            #expect(left.items.count == 1)
        }
    }

    @Test("A watch ends within seconds of the revocation of its token, and says why")
    func endsWatches() async throws {
        try await TestServer.with { server in
            let text = try await server.token("watcher", ["role": "view"])
            let other = try await server.token("other", ["role": "view"])
            let path = "\(services)?watch=true&timeoutSeconds=20"
            async let revoked = server.send("GET", path, token: text)
            async let kept = server.send(
                "GET", "\(services)?watch=true&timeoutSeconds=4", token: other)
            try await Task.sleep(for: .seconds(1))
            let start = ContinuousClock.now
            #expect(try await server.send("DELETE", "\(tokens)/watcher", nil).code == 200)
            let events = try await revoked.events
            #expect(ContinuousClock.now - start < .seconds(3))
            #expect(events.last?["type"] == "ERROR")
            #expect(events.last?.value(at: "object", "code") == 401)
            #expect(try await kept.events.allSatisfy { $0["type"] != "ERROR" })
        }
    }

    @Test("A watch ends when its token expires")
    func endsExpiredWatches() async throws {
        try await TestServer.with { server in
            let text = try await server.token("short", ["role": "view", "expirationSeconds": 2])
            let start = ContinuousClock.now
            let answer = try await server.send(
                "GET", "\(services)?watch=true&timeoutSeconds=30", token: text)
            #expect(answer.code == 200)
            #expect(answer.events.last?["type"] == "ERROR")
            #expect(ContinuousClock.now - start < .seconds(6))
        }
    }

    @Test("A token for a namespace is one for that namespace")
    func namespaced() async throws {
        try await TestServer.with { server in
            _ = try await server.client.create(.namespaces, ["metadata": ["name": "shop"]])
            let text = try await server.token("shop", ["role": "edit", "namespace": "shop"])
            let shop = "/api/v1/namespaces/shop/services"
            #expect(try await server.send("POST", shop, .service("a"), token: text).code == 201)
            #expect(try await server.send("POST", services, .service("a"), token: text).code == 403)
            #expect(try await server.send("GET", "/api/v1/services", token: text).code == 403)
            #expect(
                try await server.send("GET", "/api/v1/services?watch=1", token: text).code == 403)
        }
    }

    @Test(
        "What a token may not be is said by field",
        arguments: [
            (["role": "root"], "spec.role: Unsupported value: \"root\""),
            ([:], "spec.role: Required"),
            (["role": "node", "namespace": "a"], "spec.namespace: Forbidden"),
            (["role": "view", "namespace": "A"], "spec.namespace: Invalid value"),
            (["role": "view", "namespace": ""], "spec.namespace: Invalid value"),
            (["role": "view", "expirationSeconds": 0], "spec.expirationSeconds: Invalid value"),
            (
                ["role": "view", "expirationSeconds": 9_223_372_036_854_775_807],
                "spec.expirationSeconds: Invalid value"
            ),
            (
                ["role": "view", "expirationTimestamp": "2099-01-01T00:00:00Z"],
                "spec.expirationTimestamp: Forbidden"
            ),
            (
                ["role": "admin", "sha256": .string(String(repeating: "0", count: 64))],
                "spec.sha256: Forbidden"
            ),
        ] as [(JSON, String)])
    func refusals(spec: JSON, message: String) async throws {
        try await TestServer.with { server in
            let answer = try await server.send(
                "POST", tokens, ["metadata": ["name": "x"], "spec": spec])
            #expect(answer.code == 422)
            #expect(answer.json["message"]?.string?.contains(message) == true, "\(answer.text)")
            #expect(try await server.get("\(tokens)/x").code == 404)
        }
    }

    @Test("A token is made and taken back, never changed")
    func immutable() async throws {
        try await TestServer.with { server in
            let text = try await server.token("a", ["role": "view"])
            let merge = "application/merge-patch+json"
            let admin: JSON = ["spec": ["role": "admin"]]
            #expect(try await server.send("PATCH", "\(tokens)/a", admin, type: merge).code == 405)
            let whole = try await server.get("\(tokens)/a").json
            #expect(try await server.send("PUT", "\(tokens)/a", whole).code == 405)
            #expect(try await server.send("GET", tokens, token: text).code == 403)
            let again = try await server.send(
                "POST", tokens, ["metadata": ["name": "a"], "spec": ["role": "admin"]])
            #expect(again.code == 409)
            let dry = try await server.send(
                "POST", "\(tokens)?dryRun=All",
                ["metadata": ["name": "b"], "spec": ["role": "admin"]])
            #expect(dry.code == 201)
            #expect(dry.json["status"] == nil)
            #expect(
                try await server.send("POST", tokens, ["metadata": ["generateName": "b"]]).code
                    == 422)
        }
    }

    @Test("A token that waits for finalizers is revoked already")
    func finalizers() async throws {
        try await TestServer.with { server in
            let body: JSON = [
                "metadata": ["name": "a", "finalizers": ["example.com/x"]],
                "spec": ["role": "view"],
            ]
            let made = try await server.send("POST", tokens, body)
            let text = made.json.value(at: "status", "token")?.string ?? ""
            #expect(try await server.send("GET", services, token: text).code == 200)
            #expect(try await server.send("DELETE", "\(tokens)/a", nil).code == 200)
            #expect(try await server.send("GET", services, token: text).code == 401)
        }
    }

    @Test("Tokens survive a restart, and so does a revocation")
    func restarts() async throws {
        let path = try await Certificates.shared.value.path("tokens.db")
        let made = Mutex<[String]>([])
        let first = try SQLiteLog(path: path)
        try await TestServer.with(log: first) { server in
            let kept = try await server.token("kept", ["role": "view"])
            let revoked = try await server.token("revoked", ["role": "view"])
            #expect(try await server.send("DELETE", "\(tokens)/revoked", nil).code == 200)
            made.withLock { $0 = [kept, revoked] }
        }
        await first.close()
        let second = try SQLiteLog(path: path)
        try await TestServer.with(log: second) { server in
            let texts = made.withLock { $0 }
            let kept = try await server.send("GET", services, token: texts[0])
            #expect(kept.code == 200)
            let revoked = try await server.send("GET", services, token: texts[1])
            #expect(revoked.code == 401)
        }
        await second.close()
    }

    @Test("The header decides, not the certificate")
    func headerDecides() async throws {
        try await TestServer.with { server in
            let text = try await server.token("reader", ["role": "view"])
            let answer = try await server.send(
                "GET", tokens, user: "admin", headers: ["Authorization: Bearer \(text)"])
            #expect(answer.code == 403)
            #expect(answer.text.contains("pointsman:token:reader"))
        }
    }

    @Test("Texts that are no tokens are told from those that are, and none traps")
    func texts() {
        var generator = SplitMix64(seed: 7)
        let good = TokenText(named: "a.b-c")
        #expect(TokenText(good.text)?.name == "a.b-c")
        #expect(TokenText(good.text)?.hash == good.hash)
        #expect(TokenText(named: "a.b-c").text != good.text)
        for _ in 0..<5000 {
            var bytes = Array(good.text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            let length = Int.random(in: 0...bytes.count, using: &generator)
            let text = String(decoding: bytes[..<length], as: UTF8.self)
            if let read = TokenText(text) { #expect(text != good.text || read.hash == good.hash) }
        }
        #expect([1, 2, 3].equalsInConstantTime([1, 2, 3]))
        #expect(![1, 2, 3].equalsInConstantTime([1, 2, 4]))
        #expect(![1, 2, 3].equalsInConstantTime([1, 2]))
    }
}
