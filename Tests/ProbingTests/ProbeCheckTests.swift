import Addresses
import KubeAPI
import Linux
import Testing

@testable import Probing

@Suite struct ProbeCheckTests {
    static let loopback = IPAddress("127.0.0.1")!

    /// A server for one connection, which answers every request with `answer` (nil: never).
    func serve(
        _ answer: String?, on address: IPAddress = loopback,
        _ body: (Port, Server) async throws -> Void
    ) async throws {
        let server = try Server(on: address)
        let task = Task { try await server.run(answer) }
        try await body(try server.listener.localAddress().port, server)
        task.cancel()
        _ = try? await task.value
    }

    final class Server: Sendable {
        let listener: TCPListener

        init(on address: IPAddress) throws {
            listener = try TCPListener(on: IPSocketAddress(address, 0))
        }

        func run(_ answer: String?) async throws -> String {
            var peer: IPSocketAddress?
            guard
                try await DescriptorWaits.shared.wait(for: .readable, on: listener.descriptor),
                let socket = try listener.accept(peer: &peer)
            else { return "" }
            var request: [UInt8] = []
            while !request.suffix(4).elementsEqual([13, 10, 13, 10]) {
                guard let more = try await socket.descriptor.readWhenReady() else { break }
                request += more
            }
            guard let answer else {
                _ = try await DescriptorWaits.shared.wait(for: .peerClosed, on: socket.descriptor)
                return ""
            }
            _ = Array(answer.utf8).withUnsafeBytes { socket.send($0) }
            socket.shutdownWriting()
            return String(decoding: request, as: UTF8.self)
        }
    }

    func http(_ port: Port, path: String = "/healthz", scheme: String = "HTTP") -> Probe.Check {
        .httpGet(scheme: scheme, host: nil, port: .integer(Int64(port)), path: path, headers: [])
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n\r\n", ProbeResult.success),
        ("HTTP/1.0 399 Whatever\r\n\r\n", .success),
        ("HTTP/1.1 404 Not Found\r\n\r\n", .failure("HTTP probe failed with statuscode: 404")),
        ("HTTP/1.1 503\r\n\r\n", .failure("HTTP probe failed with statuscode: 503")),
    ])
    func statusCodesFrom200To399AreASuccess(answer: String, expected: ProbeResult) async throws {
        try await serve(answer) { port, _ in
            let result = await ProbeCheck.run(
                http(port), against: ProbeTarget(address: Self.loopback), timeout: .seconds(5))
            #expect(result == expected)
        }
    }

    @Test func answersThatAreNoneAreFailures() async throws {
        for answer in ["SSH-2.0-OpenSSH\r\n", "", "HTTP/1.1 2"] {
            try await serve(answer) { port, _ in
                let result = await ProbeCheck.run(
                    http(port), against: ProbeTarget(address: Self.loopback), timeout: .seconds(5))
                guard case .failure = result else {
                    Issue.record("\(answer): \(result)")
                    return
                }
            }
        }
    }

    @Test func aServerThatSaysNothingFailsAtTheTimeout() async throws {
        try await serve(nil) { port, _ in
            let result = await ProbeCheck.run(
                http(port), against: ProbeTarget(address: Self.loopback),
                timeout: .milliseconds(50))
            #expect(result == .failure("127.0.0.1:\(port): no answer in time"))
        }
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func tcpSucceedsWhereSomebodyListens(text: String) async throws {
        let address = try #require(IPAddress(text))
        let target = ProbeTarget(address: address, ports: ["web": 1])
        let port = try await {
            let listener = try TCPListener(on: IPSocketAddress(address, 0))
            let port = try listener.localAddress().port
            let named = ProbeTarget(address: address, ports: ["web": port])
            #expect(
                await ProbeCheck.run(
                    .tcpSocket(host: nil, port: .string("web")), against: named,
                    timeout: .seconds(5)) == .success)
            #expect(
                await ProbeCheck.run(
                    .tcpSocket(host: text, port: .integer(Int64(port))),
                    against: ProbeTarget(address: IPAddress("192.0.2.1")!),
                    timeout: .seconds(5)) == .success)
            return port
        }()
        let result = await ProbeCheck.run(
            .tcpSocket(host: nil, port: .integer(Int64(port))), against: target,
            timeout: .seconds(5))
        guard case .failure(let message) = result else {
            Issue.record("nobody listens, and yet: \(result)")
            return
        }
        #expect(message.contains("ECONNREFUSED"))
    }

    @Test func whatCannotBeRunSaysSo() async {
        let target = ProbeTarget(address: Self.loopback)
        let checks: [(Probe.Check, String)] = [
            (.tcpSocket(host: nil, port: .string("web")), "no container port has this name"),
            (.tcpSocket(host: nil, port: .integer(70_000)), "must be 1 to 65535"),
            (.tcpSocket(host: "db.example.com", port: .integer(1)), "must be an IP address"),
            (http(1, path: "/a\r\nX: y"), "control characters"),
            (http(1, scheme: "HTTPS"), "HTTPS probes are not supported"),
            (.exec(command: ["true"]), "no process to run"),
            (.unsupported("grpc"), "grpc probes are not supported"),
        ]
        for (check, words) in checks {
            let result = await ProbeCheck.run(check, against: target, timeout: .seconds(1))
            switch result {
            case .failure(let message), .unsupported(let message):
                #expect(message.contains(words))
            case .success: Issue.record("\(check) succeeded")
            }
        }
    }

    @Test func headersOfTheProbeReplaceTheOnesOfThePointsman() throws {
        let request = try HTTPProbeRequest(
            address: IPSocketAddress(Self.loopback, 80), path: "healthz",
            headers: [Probe.HTTPHeader(name: "host", value: "web.example")])
        let text = String(decoding: request.bytes, as: UTF8.self)
        #expect(text.hasPrefix("GET /healthz HTTP/1.1\r\n"))
        #expect(text.contains("\r\nhost: web.example\r\n"))
        #expect(!text.contains("Host: 127"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func randomAnswersNeverTrap() {
        var state: UInt64 = 11
        let alphabet = Array("HTP/1. 20\r\n9".utf8)
        for _ in 0..<5000 {
            let bytes = (0..<16).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int(state >> 33) % alphabet.count]
            }
            _ = HTTPProbeRequest.statusCode(of: Array(bytes.prefix(Int(state >> 40) % 17)))
        }
    }
}
