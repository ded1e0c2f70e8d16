import Addresses
import Linux
import LoadBalancing
import Testing

@testable import DataPlanes

extension UserspaceTests {
    @Suite("The userspace data plane relays UDP", .timeLimit(.minutes(1)))
    struct UDPRelayTests {
        /// Sends a datagram and returns the answer.
        private func ask(_ client: borrowing UDPSocket, _ text: String) throws -> String {
            let bytes = Array(text.utf8)
            try bytes.withUnsafeBytes { bytes in
                if case .failed(let errno) = client.descriptor.write(bytes) {
                    throw SystemError(errno, "send")
                }
            }
            return try answer(client)
        }

        private func answer(_ client: borrowing UDPSocket) throws -> String {
            try TestSocket.wait(client.descriptor, .readable)
            var buffer = [UInt8](repeating: 0, count: 65536)
            switch buffer.withUnsafeMutableBytes({ client.descriptor.read(into: $0) }) {
            case .bytes(let count): return String(decoding: buffer[..<count], as: UTF8.self)
            case .failed(let errno): throw SystemError(errno, "recv")
            case .end, .wouldBlock: return ""
            }
        }

        @Test("Answers come from the frontend's address, and a flow keeps its backend")
        func flows() async throws {
            let servers = try (2...3).map { try UDPTestServer("127.94.1.\($0):53") }
            defer { for server in servers { server.close() } }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(.udp), at: [FrontendAddress("127.94.1.1:53", .udp)],
                (2...3).map { Backend("127.94.1.\($0):53") })
            var seen: Set<String> = []
            for _ in 0..<4 {
                // Connected: an answer from elsewhere would not arrive.
                let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.1.1:53")!)
                let first = try ask(client, "a")
                for _ in 0..<5 { #expect(try ask(client, "a") == first) }
                seen.insert(first)
            }
            #expect(seen == ["127.94.1.2:53 a", "127.94.1.3:53 a"])
            #expect(lab.plane.activeCount == 4)
            await lab.plane.stop()
        }

        @Test(
            "Of more flows than allowed the one idle longest makes room, and comes back with its next datagram"
        )
        func flowLimit() async throws {
            let server = try UDPTestServer("127.94.9.2:53")
            defer { server.close() }
            let lab = try PlaneLab {
                $0.threads = 1
                $0.udpFlowsPerThread = 4
            }
            try await lab.serve(
                .web(.udp), at: [FrontendAddress("127.94.9.1:53", .udp)],
                [Backend("127.94.9.2:53")])
            let first = try UDPSocket(connectedTo: IPSocketAddress("127.94.9.1:53")!)
            #expect(try ask(first, "a") == "127.94.9.2:53 a")
            for _ in 0..<40 {
                let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.9.1:53")!)
                #expect(try ask(client, "b") == "127.94.9.2:53 b")
                #expect(lab.plane.activeCount <= 4)
            }
            #expect(try ask(first, "c") == "127.94.9.2:53 c")
            #expect(lab.plane.activeCount == 4)
            await lab.plane.stop()
            #expect(lab.plane.activeCount == 0)
        }

        @Test("Without backends the client hears ICMP port unreachable")
        func refused() async throws {
            let lab = try PlaneLab()
            try await lab.serve(.web(.udp), at: [FrontendAddress("127.94.2.1:53", .udp)], [])
            let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.2.1:53")!)
            let error = #expect(throws: SystemError.self) { try ask(client, "a") }
            #expect(error?.errno == .connectionRefused)
            await lab.plane.stop()
        }

        @Test("A flow leaves a removed backend at once")
        func removal() async throws {
            let servers = try (2...3).map { try UDPTestServer("127.94.3.\($0):53") }
            defer { for server in servers { server.close() } }
            let lab = try PlaneLab()
            let address = [FrontendAddress("127.94.3.1:53", .udp)]
            try await lab.serve(.web(.udp), at: address, [Backend("127.94.3.2:53")])
            let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.3.1:53")!)
            #expect(try ask(client, "a") == "127.94.3.2:53 a")
            try await lab.serve(.web(.udp), at: address, [Backend("127.94.3.3:53")])
            #expect(try ask(client, "b") == "127.94.3.3:53 b")
            await lab.plane.stop()
        }

        @Test("A backend that answers with ICMP port unreachable is left, with the datagram")
        func failover() async throws {
            let server = try UDPTestServer("127.94.4.3:53")
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(.udp), at: [FrontendAddress("127.94.4.1:53", .udp)],
                [Backend("127.94.4.2:53"), Backend("127.94.4.3:53")])
            let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.4.1:53")!)
            #expect(try ask(client, "a") == "127.94.4.3:53 a")
            #expect(lab.plane.loads(of: .web(.udp)).map(\.failures) == [1, 0])
            await lab.plane.stop()
        }

        @Test("Large datagrams and bursts arrive whole")
        func bursts() async throws {
            let server = try UDPTestServer("127.94.5.2:53")
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(.udp), at: [FrontendAddress("127.94.5.1:53", .udp)], [Backend("127.94.5.2:53")]
            )
            let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.5.1:53")!)
            let large = String(repeating: "x", count: 60_000)
            #expect(try ask(client, large) == "127.94.5.2:53 " + large)
            var batch = OutgoingDatagrams(capacity: 32)
            let payloads = (0..<32).map { Array("datagram \($0)".utf8) }
            for payload in payloads { payload.withUnsafeBytes { batch.append($0) } }
            #expect(try client.send(&batch) == 32)
            for index in 0..<32 {
                #expect(try answer(client) == "127.94.5.2:53 datagram \(index)")
            }
            withExtendedLifetime(payloads) {}
            await lab.plane.stop()
        }

        @Test("A flow ends when it is idle")
        func idle() async throws {
            let server = try UDPTestServer("127.94.6.2:53")
            defer { server.close() }
            let lab = try PlaneLab { $0.udpIdleTimeout = .milliseconds(20) }
            try await lab.serve(
                .web(.udp), at: [FrontendAddress("127.94.6.1:53", .udp)], [Backend("127.94.6.2:53")]
            )
            let client = try UDPSocket(connectedTo: IPSocketAddress("127.94.6.1:53")!)
            #expect(try ask(client, "a") == "127.94.6.2:53 a")
            let start = MonotonicTime.nanoseconds
            while lab.plane.activeCount > 0, MonotonicTime.nanoseconds < start + 5_000_000_000 {
                await Task.yield()
            }
            #expect(lab.plane.activeCount == 0)
            #expect(lab.plane.loads(of: .web(.udp)).map(\.active) == [0])
            await lab.plane.stop()
        }
    }
}
