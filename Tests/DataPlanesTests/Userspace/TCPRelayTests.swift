import Addresses
import Linux
import LoadBalancing
import Testing

@testable import DataPlanes

@Suite("The userspace data plane relays TCP")
struct TCPRelayTests {
    @Test("Bytes go both ways, small and large")
    func bothWays() async throws {
        let server = try TestServer.naming("127.90.1.2:8080")
        defer { server.close() }
        let lab = try PlaneLab()
        try await lab.serve(
            .web(), at: [FrontendAddress("127.90.1.1:80")], [Backend("127.90.1.2:8080")])
        #expect(lab.problems.isEmpty)
        let client = try TestSocket(to: IPSocketAddress("127.90.1.1:80")!)
        #expect(try client.receiveText(16) == "127.90.1.2:8080\n")
        let bytes = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        _ = try Thread(named: "sender") { try? client.send(bytes); client.finish() }
        #expect(try client.receiveAll() == bytes)
        await lab.plane.stop()
        #expect(lab.plane.activeCount == 0)
    }
}
