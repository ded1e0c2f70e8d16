import Foundation
import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"
private let get = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

@Suite("Hostile HTTP")
struct HostileRequestTests {
    /// Every one would be read as two requests by somebody: the answer is 400 and the end, never a second answer.
    @Test(
        "A request whose end is doubtful is refused, and the connection is closed",
        arguments: [
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 4\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nabcd",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 0x4\r\n\r\nabcd",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
            "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", "GET\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0", "FROB /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        ])
    func smuggles(request: String) async throws {
        try await TestServer.with { server in
            let codes = try await RawConnection.with(server) { connection in
                try await connection.send(request + get)
                return try await connection.codes()
            }
            #expect(codes == [400])
            #expect(try await server.get("/healthz").code == 200)
        }
    }

    @Test(
        "A request has one Host; without it only HTTP/1.0 is served",
        arguments: [
            ("GET /healthz HTTP/1.1\r\n\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET /healthz HTTP/1.0\r\n\r\n", 200),
            ("GET https://other/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
            ("GET https://other HTTP/1.1\r\nHost: x\r\n\r\n", 200),
            ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
            ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        ])
    func hosts(request: String, code: Int) async throws {
        try await TestServer.with { server in
            let response = try await RawConnection.with(server) { connection in
                try await connection.send(request)
                return try await connection.response()
            }
            #expect(response?.code == code)
        }
    }

    @Test("Headers are limited in number, each and together; also those that never end")
    func floods() async throws {
        let one = String(repeating: "a", count: 1000)
        let heads = [
            (0..<300).map { "A\($0): b\r\n" }.joined(),
            "A: \(String(repeating: "a", count: 100_000))\r\n",
            (0..<200).map { "A\($0): \(one)\r\n" }.joined(),
        ]
        try await TestServer.with { server in
            for user in ["admin", nil] {
                for head in heads {
                    for end in ["\r\n", ""] {
                        let codes = try await RawConnection.with(server, user: user) {
                            try await $0.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\(head)\(end)")
                            return try await $0.codes()
                        }
                        #expect(codes == [400])
                    }
                }
            }
            let path = "/api/v1/pods?labelSelector=" + String(repeating: "a", count: 100_000)
            let codes = try await RawConnection.with(server) {
                try await $0.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return try await $0.codes()
            }
            #expect(codes == [400])
        }
    }

    @Test("Requests that are sent together are answered in order, up to one that is not understood")
    func pipelines() async throws {
        try await TestServer.with { server in
            let codes = try await RawConnection.with(server) { connection in
                var text = ""
                for index in 0..<50 {
                    let path = index.isMultiple(of: 3) ? "/nothing" : "/healthz"
                    text += "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
                }
                try await connection.send(text + "nonsense\r\n\r\n" + get)
                return try await connection.codes()
            }
            #expect(codes == (0..<50).map { $0.isMultiple(of: 3) ? 404 : 200 } + [400])
        }
    }

    @Test("A client that waits for permission gets it, or the refusal at once")
    func expects() async throws {
        try await TestServer.with { server in
            let body = JSON.service("web").encoded()
            let head = "POST \(services) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            try await RawConnection.with(server) { connection in
                try await connection.send(head + "Content-Length: \(body.count)\r\n\r\n")
                #expect(try await connection.response()?.code == 100)
                try await connection.send(body)
                #expect(try await connection.response()?.code == 201)
            }
            let codes = try await RawConnection.with(server) { connection in
                try await connection.send(head + "Content-Length: 4000000\r\n\r\n")
                return try await connection.codes()
            }
            #expect(codes == [413])
        }
    }

    @Test("A body may come in chunks, with trailers, and the connection goes on")
    func chunks() async throws {
        try await TestServer.with { server in
            try await RawConnection.with(server) { connection in
                let head =
                    "POST \(services) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                try await connection.send(head)
                for byte in JSON.service("web").encoded() {
                    try await connection.send("1;note=x\r\n\(Character(UnicodeScalar(byte)))\r\n")
                }
                try await connection.send("0\r\nX-Sum: 1\r\n\r\n" + get)
                #expect(try await connection.response()?.code == 201)
                #expect(try await connection.response()?.code == 200)
            }
        }
    }

    @Test("A refused request leaves the connection usable")
    func reuses() async throws {
        try await TestServer.with { server in
            try await RawConnection.with(server) { connection in
                for (method, path, type, body, code) in [
                    ("POST", services, "application/json", "{", 400),
                    ("POST", services, "text/plain", "x", 415), ("GET", "/nothing", "", "", 404),
                    ("POST", services, "application/json", "{}", 422),
                    ("PATCH", services, "application/json", "{}", 405),
                    ("DELETE", services + "/x", "application/json", "", 404),
                    ("GET", "/healthz", "", "", 200),
                ] {
                    try await connection.send(method, path, type: type, Array(body.utf8))
                    let response = try #require(try await connection.response())
                    #expect(response.code == code)
                    #expect(!response.head.lowercased().contains("connection: close"))
                }
            }
        }
    }

    @Test("Of many that hang, talk nonsense or go away, nothing is left")
    func leavesNothing() async throws {
        try await TestServer.with { server in
            let before = try Self.descriptors()
            for round in 0..<40 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for kind in 0..<8 {
                        group.addTask { try await Self.annoy(server, kind: kind, round) }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await server.get("/healthz").code == 200)
            try await eventually { try Self.descriptors() <= before + 4 }
        }
    }

    private static func annoy(_ server: TestServer, kind: Int, _ seed: Int) async throws {
        try await RawConnection.with(server, user: kind.isMultiple(of: 2) ? "admin" : nil) {
            switch kind {
            case 0: return
            case 1: try await $0.send("GET /healthz HT")
            case 2:
                try await $0.send(
                    "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")
            case 3: try await $0.send(String(repeating: "\(seed)x\r\n", count: 500))
            case 4: try await $0.send("GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            case 5: try await $0.send(String(repeating: get, count: 20))
            case 6:
                try await $0.send(
                    "GET /api/v1/namespaces?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n" + get)
                try await $0.send(get)
            default:
                try await $0.send(get + "nonsense")
                _ = try await $0.codes()
            }
        }
    }

    private static func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
