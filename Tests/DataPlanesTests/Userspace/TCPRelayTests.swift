import Addresses
import Linux
import LoadBalancing
import Testing

@testable import DataPlanes

extension UserspaceTests {
    @Suite("The userspace data plane relays TCP", .timeLimit(.minutes(1)))
    struct TCPRelayTests {
        @Test(
            "Bytes go both ways, small and large, over IPv4 and IPv6",
            arguments: ["127.90.1", "::1"])
        func bothWays(_ net: String) async throws {
            let six = net == "::1"
            let (front, back) =
                six ? ("[::1]:19081", "[::1]:19082") : ("\(net).1:80", "\(net).2:8080")
            let server = try TestServer.naming(back)
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(.tcp, six ? .ipv6 : .ipv4), at: [FrontendAddress(front)], [Backend(back)])
            #expect(lab.problems.isEmpty)
            let client = try TestSocket(to: IPSocketAddress(front)!)
            #expect(try client.receiveText(back.count + 1) == "\(back)\n")
            let bytes = TestBytes.make(5_000_000)
            _ = try Thread(named: "sender") {
                try? client.send(bytes)
                client.finish()
            }
            #expect(try client.receiveAll() == bytes)
            await lab.plane.stop()
            #expect(lab.plane.activeCount == 0)
        }

        @Test("A slow reader holds back the writer, and nothing is lost")
        func backPressure() async throws {
            let bytes = TestBytes.make(20_000_000)
            let server = try TestServer(IPSocketAddress("127.90.2.2:8080")!) { try $0.send(bytes) }
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.2.1:80")], [Backend("127.90.2.2:8080")])
            let client = try TestSocket(to: IPSocketAddress("127.90.2.1:80")!)
            var received: [UInt8] = []
            received.reserveCapacity(bytes.count)
            while case let some = try client.receive(atMost: 50_000), !some.isEmpty {
                received += some
            }
            #expect(received == bytes)
            await lab.plane.stop()
        }

        @Test("A half-close leaves the other direction open")
        func halfClose() async throws {
            let server = try TestServer(IPSocketAddress("127.90.3.2:8080")!) { socket in
                let all = try socket.receiveAll()
                try socket.send("got \(all.count)")
            }
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.3.1:80")], [Backend("127.90.3.2:8080")])
            let client = try TestSocket(to: IPSocketAddress("127.90.3.1:80")!)
            try client.send("hello")
            client.finish()
            #expect(try client.receiveAll() == Array("got 5".utf8))
            await lab.plane.stop()
        }

        @Test("The backend's RST reaches the client, as RST")
        func backendResets() async throws {
            let server = try TestServer(IPSocketAddress("127.90.4.2:8080")!) { socket in
                try socket.send("x")
                _ = try socket.receive()
                socket.reset()
            }
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.4.1:80")], [Backend("127.90.4.2:8080")])
            let client = try TestSocket(to: IPSocketAddress("127.90.4.1:80")!)
            #expect(try client.receiveText(1) == "x")
            try client.send("now")
            let error = #expect(throws: SystemError.self) { try client.receiveAll() }
            #expect(error?.errno == .connectionReset)
            await lab.plane.stop()
        }

        @Test("The client's RST reaches the backend, as RST")
        func clientResets() async throws {
            let outcome = try Outcome<Errno?>()
            let server = try TestServer(IPSocketAddress("127.90.5.2:8080")!) { socket in
                do {
                    try socket.send("x")
                    _ = try socket.receiveAll()
                    outcome.set(nil)
                } catch let error as SystemError {
                    outcome.set(error.errno)
                }
            }
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.5.1:80")], [Backend("127.90.5.2:8080")])
            do {
                let client = try TestSocket(to: IPSocketAddress("127.90.5.1:80")!)
                #expect(try client.receiveText(1) == "x")
                client.reset()
            }
            #expect(try outcome.wait() == .connectionReset)
            await lab.plane.stop()
        }

        @Test("A backend that refuses is passed over, and the failure is counted")
        func failover() async throws {
            let server = try TestServer.naming("127.90.6.3:8080")
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.6.1:80")],
                [Backend("127.90.6.2:8080"), Backend("127.90.6.3:8080")])
            for _ in 0..<4 {
                let client = try TestSocket(to: IPSocketAddress("127.90.6.1:80")!)
                try client.send("early")
                #expect(try client.receiveText(21) == "127.90.6.3:8080\nearly")
            }
            let failures = lab.plane.loads(of: .web()).map(\.failures)
            // A suspect is not tried again at once.
            #expect(failures == [1, 0])
            await lab.plane.stop()
        }

        @Test("A backend that does not answer is passed over after the connect timeout")
        func timeout() async throws {
            let server = try TestServer.naming("127.90.7.3:8080")
            defer { server.close() }
            // Listens, but its filter lets no SYN in.
            let silent = try TCPListener(
                on: IPSocketAddress("127.90.7.2:8080")!,
                filter: SocketFilter([.init(0x06, 0)]))
            let lab = try PlaneLab { $0.connectTimeout = .milliseconds(50) }
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.7.1:80")],
                [Backend("127.90.7.2:8080"), Backend("127.90.7.3:8080")])
            let client = try TestSocket(to: IPSocketAddress("127.90.7.1:80")!)
            #expect(try client.receiveText(16) == "127.90.7.3:8080\n")
            #expect(lab.plane.loads(of: .web()).map(\.failures) == [1, 0])
            await lab.plane.stop()
            withExtendedLifetime(silent.descriptor.raw) {}
        }

        @Test("When every backend refuses, the client is reset")
        func allRefuse() async throws {
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.90.8.1:80")],
                [Backend("127.90.8.2:8080"), Backend("127.90.8.3:8080")])
            // The reset may come as early as the handshake's end.
            let error = #expect(throws: SystemError.self) {
                try TestSocket(to: IPSocketAddress("127.90.8.1:80")!).receiveAll()
            }
            #expect(error?.errno == .connectionReset)
            #expect(lab.plane.loads(of: .web()).map(\.failures) == [1, 1])
            await lab.plane.stop()
        }
    }
}
