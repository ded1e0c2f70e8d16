import Addresses
import Linux
import LoadBalancing
import Testing

@testable import DataPlanes

extension UserspaceTests {
    @Suite("The userspace data plane says what it cannot do", .timeLimit(.minutes(1)))
    struct ProblemTests {
        @Test("SCTP is refused, and a Local policy's lost source address is told")
        func unsupported() async throws {
            let lab = try PlaneLab()
            let sctp = FrontendAddress("127.93.1.1:80", .sctp)
            let local = FrontendAddress("127.93.1.1:81")
            try await lab.serve(.web(.sctp), at: [sctp], [Backend("127.93.1.2:80")])
            try await lab.serve(.web(), at: [local], [Backend("127.93.1.2:80")]) {
                $0.externalList = .local
            }
            #expect(lab.problems[sctp]?.reason == "ProtocolNotSupported")
            #expect(lab.problems[local]?.reason == "SourceAddressNotPreserved")
            #expect(lab.problems[local]?.isFatal == false)
            await lab.plane.stop()
        }

        @Test("A port that another program holds is reported, and served once it is free")
        func portInUse() async throws {
            let server = try TestServer.naming("127.93.2.2:8080")
            defer { server.close() }
            let address = FrontendAddress("127.93.2.1:80")
            let (recoveries, recovered) = AsyncStream.makeStream(of: Int.self)
            var settings = UserspaceSettings(threads: 1)
            settings.bindRetryInterval = .milliseconds(10)
            let plane = try UserspaceDataPlane(settings) { recovered.yield($0.count) }
            var table = ServiceTable()
            table.servicePorts[.web()] = ServicePortState(cluster: [Backend("127.93.2.2:8080")])
            table.frontends[address] = Frontend(.clusterIP, .web())
            do {
                let other = try TCPListener(on: IPSocketAddress("127.93.2.1:80")!)
                let problems = try await plane.apply(table, table.changes(since: ServiceTable()))
                #expect(problems[address]?.reason == "PortInUse")
                withExtendedLifetime(other.descriptor.raw) {}
            }
            #expect(await recoveries.first { _ in true } == 0)
            let client = try TestSocket(to: IPSocketAddress("127.93.2.1:80")!)
            #expect(try client.receiveText(16) == "127.93.2.2:8080\n")
            await plane.stop()
        }

        @Test("An address that is not this host's is reported, also while nothing is to be served")
        func notAvailable() async throws {
            let lab = try PlaneLab()
            let address = FrontendAddress("198.51.100.1:80")
            try await lab.serve(.web(), at: [address], [])
            #expect(lab.problems[address]?.reason == "AddressNotAvailable")
            await lab.plane.stop()
        }

        @Test("A privileged port's problem names the setting and the remedy")
        func privileged() {
            let key = ListenerKey(address: IPSocketAddress("127.93.4.1:1")!, transport: .tcp)
            let problem = FrontendProblem.cannotBind(key, SystemError(.permissionDenied, "bind"))
            #expect(problem.reason == "PortNeedsPrivilege")
            #expect(problem.message.contains("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
            #expect(problem.message.contains("CAP_NET_BIND_SERVICE"))
        }

        @Test("Of two frontends that want one address, the second is told who has it")
        func twoClaims() async throws {
            let server = try TestServer.naming("127.93.5.2:8080")
            defer { server.close() }
            let lab = try PlaneLab()
            let (external, node) = (
                FrontendAddress("127.93.5.1:30080"), FrontendAddress(.node(.ipv4), 30080, .tcp)
            )
            try await lab.change { $0.nodeAddresses = [IPAddress("127.93.5.1")!] }
            try await lab.serve(.web(), at: [external, node], [Backend("127.93.5.2:8080")])
            #expect(lab.problems[external] == nil)
            #expect(lab.problems[node]?.reason == "PortInUse")
            await lab.plane.stop()
        }
    }
}
