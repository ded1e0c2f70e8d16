@testable import APIServer
import KubeAPI
import NIOCore
import TestSupport
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("Bodies and time")
struct BodyTests {
    @Test("A body of three megabytes is read, one byte more is 413, also in chunks")
    func large() async throws {
        try await TestServer.with { server in
            let limit = 3 << 20
            for (size, code) in [(limit, 400), (limit + 1, 413), (30_000_000, 413)] {
                let body = [UInt8](repeating: UInt8(ascii: " "), count: size)
                for coding in ["X-None: 1", "Transfer-Encoding: chunked"] {
                    for (method, path, type) in [
                        ("POST", services, "application/json"),
                        ("PUT", services + "/x", "application/json"),
                        ("PATCH", services + "/x", "application/merge-patch+json"),
                        ("DELETE", services + "/x", "application/json"),
                    ] {
                        let answer = try await server.send(
                            method, path, body, type: type, headers: [coding, "Expect:"])
                        #expect(answer.code == code, "\(method) \(coding) \(size)")
                        guard code == 413 else { continue }
                        #expect(answer.reason == "RequestEntityTooLarge")
                        #expect(answer.text.contains("limit is \(limit)"))
                    }
                }
            }
        }
    }

    @Test("Whoever goes on sending after a refusal still gets it, and is cut off")
    func endless() async throws {
        try await TestServer.with { server in
            let code = try await RawConnection.with(server) { connection -> Int? in
                let head =
                    "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                try await connection.send(head)
                let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
                // About 20 megabytes, six times what is allowed.
                for _ in 0..<300 { try? await connection.send(chunk) }
                return try await connection.response()?.code
            }
            #expect(code == 413)
            #expect(try await server.get("/healthz").code == 200)
        }
    }

    @Test("Damaged, deep and random JSON is 400 or refused by the rules, never a fault")
    func fuzz() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            var random = SplitMix64(seed: 3)
            let deep = [
                String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 50_000),
                "{\"metadata\":" + String(repeating: "[", count: 20_000)
                    + String(repeating: "]", count: 20_000) + "}",
            ].map { Array($0.utf8) }
            let sample = JSON.service("web", ["type": "NodePort", "externalIPs": ["1.2.3.4"]])
                .encoded()
            var codes: [Int: Int] = [:]
            try await RawConnection.with(server, seconds: 120) { connection in
                for round in 0..<1200 {
                    var body = sample
                    for _ in 0..<Int.random(in: 1...5, using: &random) {
                        let index = Int.random(in: 0..<body.count, using: &random)
                        body[index] = UInt8.random(in: 0...255, using: &random)
                    }
                    if round % 5 == 0 {
                        body.removeLast(Int.random(in: 1..<body.count, using: &random))
                    }
                    if round < 30 { body = deep[round % 3] }
                    let (method, path, type) = Self.writes[round % Self.writes.count]
                    try await connection.send(method, path, type: type, body)
                    let code = try #require(try await connection.response()).code
                    codes[code, default: 0] += 1
                    if round < 30 { #expect(code == 400, "\(type)") }
                }
            }
            let expected: Set = [200, 201, 400, 404, 409, 415, 422]
            #expect(codes.keys.allSatisfy { expected.contains($0) }, "\(codes)")
            #expect(codes[400, default: 0] > 300)
            #expect(try await server.get("\(services)/web").code == 200)
        }
    }

    private static let writes = [
        ("POST", services, "application/json"), ("PUT", services + "/web", "application/json"),
        ("PATCH", services + "/web", "application/merge-patch+json"),
        ("PATCH", services + "/web", "application/strategic-merge-patch+json"),
        ("PATCH", services + "/web", "application/json-patch+json"),
        ("DELETE", services + "/other", "application/json"),
        ("POST", services, "application/vnd.kubernetes.protobuf"),
    ]

    @Test("Spans of time are read as Go writes them")
    func durations() {
        for (text, seconds) in [
            ("10s", 10), ("1m30s", 90), ("1.5h", 5400), ("0", 0), ("-2s", -2), ("+3s", 3),
            ("500ms", 0.5), (".5s", 0.5), ("5.s", 5), ("1h2m3s", 3723), ("1us", 0.000001),
            ("1µs", 0.000001),
        ] as [(String, Double)] {
            #expect(GoDuration.nanoseconds(text) == Int64(seconds * 1e9), "\(text)")
        }
        for bad in ["", "10", "s", "-", ".s", "1x", "1.2.3s", "9999999999h", "1e3s", "1 s", "s1"] {
            #expect(GoDuration.nanoseconds(bad) == nil, "\(bad)")
        }
    }

    @Test("A request may limit its time; a watch's time is another parameter")
    func timeouts() async throws {
        try await TestServer.with { server in
            let future = "\(services)?resourceVersion=999999&resourceVersionMatch=NotOlderThan"
            // Both wait under the same load: what is proved is who is answered first, and why.
            let answers = try await withThrowingTaskGroup(of: TestServer.Answer.self) { group in
                for query in ["", "&timeout=300ms"] {
                    group.addTask { try await server.get(future + query) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.code) == [504, 504])
            #expect(answers.map(\.reason) == ["Timeout", "Timeout"])
            #expect(
                answers[0].text.contains(
                    "request did not complete within the allotted timeout"))
            #expect(answers[1].text.contains("Too large resource version"))
            let bad = try await server.get("\(services)?timeout=10")
            #expect(bad.code == 400)
            #expect(bad.text.contains("invalid timeout specified in the request URL"))
            for fine in [
                "timeout=0s", "timeout=10m0s", "timeout=", "watch=1&timeout=1ns&timeoutSeconds=1",
            ] {
                #expect(try await server.get("\(services)?\(fine)").code == 200, "\(fine)")
            }
        }
    }

    @Test("Who sends a body slowly, or does not read, is cut off; nobody else notices")
    func slow() async throws {
        try await TestServer.with(configure: {
            $0.clients.body = .seconds(1)
            $0.clients.firstRequest = .seconds(1)
            $0.clients.idle = .seconds(1)
        }) { server in
            for text in [
                "", "GET /healthz HTTP/1.1\r\nHost:",
                "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            ] {
                let codes = try await RawConnection.with(server) { connection in
                    try await connection.send(text)
                    let started = ContinuousClock.now
                    let codes = try await connection.codes()
                    #expect(ContinuousClock.now - started < .seconds(8))
                    return codes
                }
                #expect(codes == (text.hasSuffix("x\r\n\r\n") ? [200] : []))
            }
        }
    }
}
