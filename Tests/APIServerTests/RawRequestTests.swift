import KubeAPI
import Testing

@testable import APIServer

private let services = "/api/v1/namespaces/default/services"

extension TestServer {
    /// Sends bytes as they are over TLS and reads until the server closes the connection, for five seconds at most.
    /// - Parameter user: whose certificate is shown; nil for none.
    func sendRaw(_ text: String, user: String?) async throws -> String {
        var arguments = [
            "5", "openssl", "s_client", "-quiet", "-verify_quiet", "-CAfile",
            certificates.path("ca.crt"), "-connect", address,
        ]
        if let user {
            arguments += [
                "-cert", certificates.path("\(user).crt"), "-key", certificates.path("\(user).key"),
            ]
        }
        let result = try await run("/usr/bin/timeout", arguments, input: Array(text.utf8))
        return result.text
    }
}

@Suite("Requests that no honest client sends")
struct RawRequestTests {
    private func codes(_ answer: String) -> [String] {
        // The next answer begins where the last one's body ends: in the middle of a line.
        answer.matches(of: #/HTTP/1\.[01] ([0-9]{3}) /#).map { String($0.output.1) }
    }

    @Test("Each of pipelined requests is judged by its own credentials")
    func pipelining() async throws {
        try await TestServer.with { server in
            let text = try await server.token("reader", ["role": "view"])
            let head = "Host: x\r\n"
            let answer = try await server.sendRaw(
                "GET \(services) HTTP/1.1\r\n\(head)Authorization: Bearer \(text)\r\n\r\n"
                    + "GET \(services) HTTP/1.1\r\n\(head)\r\n"
                    + "POST \(services) HTTP/1.1\r\n\(head)Authorization: Bearer \(text)\r\nContent-Length: 2\r\n\r\n{}"
                    + "GET \(services) HTTP/1.1\r\n\(head)Authorization: Bearer wrong\r\n\r\n"
                    + "GET \(services) HTTP/1.1\r\n\(head)Authorization: Bearer \(text)\r\nConnection: close\r\n\r\n",
                user: nil)
            #expect(codes(answer) == ["200", "403", "403", "401", "200"])
        }
    }

    @Test("A body that hides a request is a body")
    func smuggling() async throws {
        try await TestServer.with { server in
            let hidden =
                "DELETE /api/v1/namespaces/default HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let inBody = try await server.sendRaw(
                "POST \(services) HTTP/1.1\r\nHost: x\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)"
                    + "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                user: "viewer")
            #expect(codes(inBody) == ["403", "200"])
            for framing in [
                "Content-Length: 4\r\nTransfer-Encoding: chunked",
                "Content-Length: 4\r\nContent-Length: 5",
                "Content-Length: -1", "Content-Length: 4,5",
                "Transfer-Encoding: identity, chunked, x",
                "Transfer-Encoding : chunked", "Content-Length: 0x4",
            ] {
                let answer = try await server.sendRaw(
                    "POST \(services) HTTP/1.1\r\nHost: x\r\n\(framing)\r\n\r\n0\r\n\r\n\(hidden)",
                    user: "viewer")
                #expect(!answer.contains("\"kind\":\"Namespace\""), "\(framing): \(answer)")
                #expect(
                    codes(answer).allSatisfy { $0 == "400" || $0 == "403" }, "\(framing): \(answer)"
                )
            }
        }
    }

    @Test("No header but Authorization and Impersonate says who sends a request")
    func headers() async throws {
        try await TestServer.with { server in
            for header in [
                "X-Remote-User: admin\r\nX-Remote-Group: system:masters",
                "X-Forwarded-User: admin", "Authorization:\r\n Bearer x", "X-Auth: Bearer x",
                "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.YQ",
                "Impersonate-User: admin\r\nImpersonate-Group: system:masters",
                "Impersonate_User: admin", "Cookie: token=x",
            ] {
                let answer = try await server.sendRaw(
                    "GET \(services) HTTP/1.1\r\nHost: x\r\n\(header)\r\nConnection: close\r\n\r\n",
                    user: nil)
                #expect(
                    ["400", "401", "403"].contains(codes(answer).first ?? ""),
                    "\(header): \(answer)")
            }
        }
    }

    @Test("Headers beyond all measure end the connection")
    func oversizeHeaders() async throws {
        try await TestServer.with { server in
            let large = String(repeating: "a", count: 1 << 20)
            let answer = try await server.sendRaw(
                "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: \(large)\r\nConnection: close\r\n\r\n",
                user: nil)
            #expect(codes(answer).allSatisfy { $0 == "400" || $0 == "431" })
            #expect(try await server.send("GET", "/healthz", user: nil).code == 200)
        }
    }

    @Test("An upgrade changes nothing")
    func upgrade() async throws {
        try await TestServer.with { server in
            let upgrade =
                "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            let path = "\(services)?watch=true&timeoutSeconds=1"
            let end = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            let refused = try await server.sendRaw(
                "GET \(path) HTTP/1.1\r\nHost: x\r\n\(upgrade)\r\n\(end)", user: nil)
            #expect(codes(refused).first == "403", "\(refused)")
            let plain = try await server.sendRaw(
                "GET \(path) HTTP/1.1\r\nHost: x\r\n\(upgrade)\r\n\(end)", user: "viewer")
            #expect(!codes(plain).contains("101"), "\(plain)")
            let h2 = try await server.sendRaw(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\(end)", user: "viewer")
            #expect(!codes(h2).contains("200"), "\(h2)")
        }
    }

    @Test("Who waits to be told to send is told no")
    func expectation() async throws {
        try await TestServer.with { server in
            let answer = try await server.sendRaw(
                "POST \(services) HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n",
                user: "viewer")
            #expect(codes(answer) == ["403"])
        }
    }
}
