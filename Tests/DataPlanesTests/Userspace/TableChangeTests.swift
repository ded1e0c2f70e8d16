import Addresses
import Linux
import LoadBalancing
import Testing

@testable import DataPlanes

extension UserspaceTests {
    @Suite("The userspace data plane follows the table", .timeLimit(.minutes(1)))
    struct TableChangeTests {
        private func name(_ address: String) throws -> String {
            let client = try TestSocket(to: IPSocketAddress(address)!)
            return try client.receiveText(16)
        }

        @Test("Without backends the address refuses; with one it serves; and back")
        func emptyAndBack() async throws {
            let server = try TestServer.naming("127.91.1.2:8080")
            defer { server.close() }
            let lab = try PlaneLab()
            for _ in 0..<3 {
                try await lab.serve(.web(), at: [FrontendAddress("127.91.1.1:80")], [])
                let error = #expect(throws: SystemError.self) { try name("127.91.1.1:80") }
                #expect(error?.errno == .connectionRefused)
                try await lab.serve(
                    .web(), at: [FrontendAddress("127.91.1.1:80")], [Backend("127.91.1.2:8080")])
                #expect(try name("127.91.1.1:80") == "127.91.1.2:8080\n")
            }
            try await lab.change { $0 = ServiceTable() }
            #expect(throws: SystemError.self) { try name("127.91.1.1:80") }
            await lab.plane.stop()
        }

        @Test(
            "A removed backend gets nothing new once apply has returned, and its connections go on")
        func removal() async throws {
            let first = try TestServer.naming("127.91.2.2:8080")
            let second = try TestServer.naming("127.91.2.3:8080")
            defer { first.close(); second.close() }
            let lab = try PlaneLab()
            let address = [FrontendAddress("127.91.2.1:80")]
            try await lab.serve(.web(), at: address, [Backend("127.91.2.2:8080")])
            let open = try TestSocket(to: IPSocketAddress("127.91.2.1:80")!)
            #expect(try open.receiveText(16) == "127.91.2.2:8080\n")
            try await lab.serve(.web(), at: address, [Backend("127.91.2.3:8080")])
            for _ in 0..<20 { #expect(try name("127.91.2.1:80") == "127.91.2.3:8080\n") }
            #expect(first.acceptedCount == 1)
            try open.send("still here")
            #expect(try open.receiveText(10) == "still here")
            // Neither does it end with its frontend.
            try await lab.change { $0 = ServiceTable() }
            try open.send("and here")
            #expect(try open.receiveText(8) == "and here")
            await lab.plane.stop()
        }

        @Test("At the drain deadline the connections of a removed backend are reset")
        func drainDeadline() async throws {
            let server = try TestServer.naming("127.91.3.2:8080")
            defer { server.close() }
            let lab = try PlaneLab { $0.drainDeadline = .milliseconds(50) }
            let address = [FrontendAddress("127.91.3.1:80")]
            try await lab.serve(.web(), at: address, [Backend("127.91.3.2:8080")])
            let open = try TestSocket(to: IPSocketAddress("127.91.3.1:80")!)
            #expect(try open.receiveText(16) == "127.91.3.2:8080\n")
            try await lab.serve(.web(), at: address, [])
            let error = #expect(throws: SystemError.self) { try open.receiveAll() }
            #expect(error?.errno == .connectionReset)
            #expect(lab.plane.activeCount == 0)
            await lab.plane.stop()
        }

        @Test("A client keeps its backend over all addresses of a ServicePort")
        func affinity() async throws {
            let servers = try (2...5).map { try TestServer.naming("127.91.4.\($0):8080") }
            defer { for server in servers { server.close() } }
            let lab = try PlaneLab()
            let addresses = [FrontendAddress("127.91.4.1:80"), FrontendAddress("127.91.4.100:81")]
            try await lab.serve(
                .web(), at: addresses, (2...5).map { Backend("127.91.4.\($0):8080") },
                scheduler: .random, affinity: 60)
            var seen: Set<String> = []
            for client in 1...12 {
                let source = IPAddress("127.91.40.\(client)")!
                var names: Set<String> = []
                for address in ["127.91.4.1:80", "127.91.4.100:81", "127.91.4.1:80"] {
                    let socket = try TestSocket(to: IPSocketAddress(address)!, from: source)
                    names.insert(try socket.receiveText(16))
                }
                #expect(names.count == 1)
                seen.formUnion(names)
            }
            #expect(seen.count > 1)
            await lab.plane.stop()
        }

        @Test(
            "Connections are shared out as the scheduler says",
            arguments: [Scheduler.roundRobin, .leastConnections, .random, .maglev])
        func spread(_ scheduler: Scheduler) async throws {
            let net = 10 + Scheduler.allCases.firstIndex(of: scheduler)!
            let servers = try (2...4).map { try TestServer.naming("127.91.\(net).\($0):8080") }
            defer { for server in servers { server.close() } }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.91.\(net).1:80")],
                (2...4).map { Backend("127.91.\(net).\($0):8080", weight: $0 == 4 ? 2 : 1) },
                scheduler: scheduler)
            var open: [TestSocket] = []
            var counts: [String: Int] = [:]
            for index in 0..<120 {
                let source = IPAddress("127.92.\(net).\(index + 1)")!
                let client = try TestSocket(
                    to: IPSocketAddress("127.91.\(net).1:80")!, from: source)
                counts[try client.receiveText(17), default: 0] += 1
                open.append(client)
            }
            let shares = (2...4).map { counts["127.91.\(net).\($0):8080\n"] ?? 0 }
            switch scheduler {
            case .roundRobin, .leastConnections: #expect(shares == [30, 30, 60])
            case .random, .maglev:
                #expect(shares.reduce(0, +) == 120)
                #expect(shares.allSatisfy { $0 > 10 } && shares[2] > 40)
            }
            #expect(lab.plane.loads(of: .web()).map(\.active) == shares)
            await lab.plane.stop()
        }

        @Test("NodePorts are served on every node address, and follow them")
        func nodePorts() async throws {
            let server = try TestServer.naming("127.91.5.2:8080")
            defer { server.close() }
            let lab = try PlaneLab()
            let port = FrontendAddress(.node(.ipv4), 30080, .tcp)
            try await lab.change { $0.nodeAddresses = [IPAddress("127.91.5.10")!] }
            try await lab.serve(.web(), at: [port], [Backend("127.91.5.2:8080")]) {
                $0.kind = .nodePort
            }
            #expect(try name("127.91.5.10:30080") == "127.91.5.2:8080\n")
            try await lab.change { $0.nodeAddresses = [IPAddress("127.91.5.11")!] }
            #expect(try name("127.91.5.11:30080") == "127.91.5.2:8080\n")
            #expect(throws: SystemError.self) { try name("127.91.5.10:30080") }
            await lab.plane.stop()
        }

        @Test("Who is outside the source ranges meets silence, others are served")
        func sourceRanges() async throws {
            let server = try TestServer.naming("127.91.6.2:8080")
            defer { server.close() }
            let lab = try PlaneLab()
            try await lab.serve(
                .web(), at: [FrontendAddress("127.91.6.1:80")], [Backend("127.91.6.2:8080")]
            ) {
                $0.kind = .loadBalancerIP
                $0.sourceRanges = [IPPrefix("127.91.60.0/24")!]
            }
            let target = IPSocketAddress("127.91.6.1:80")!
            let inside = try TestSocket(to: target, from: IPAddress("127.91.60.7")!)
            #expect(try inside.receiveText(16) == "127.91.6.2:8080\n")
            let outside = try TCPSocket(.ipv4, from: IPSocketAddress("127.91.61.7:0")!)
            #expect(try !outside.connect(to: target))
            let error = #expect(throws: SystemError.self) {
                try TestSocket.wait(outside.descriptor, .writable, milliseconds: 50)
            }
            #expect(error?.errno == .timedOut)
            await lab.plane.stop()
        }
    }
}
