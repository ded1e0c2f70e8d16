import Addresses
import Linux
import LoadBalancing
import Testing

@testable import NetworkLab

@Suite(
    "Connections of the lab",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct LabConnectionsTests {
    static let ends = [
        ["10.244.1.50:40000", "10.96.0.10:53", "10.244.3.31:5353"],
        ["[fd00:244::50]:40000", "[fd00:96::10]:53", "[fd00:244::31]:5353"],
    ].map { $0.map { IPSocketAddress($0)! } }

    @Test("A connection is made, listed and forgotten", arguments: L4Protocol.allCases, ends)
    func connection(_ protocol: L4Protocol, _ ends: [IPSocketAddress]) async throws {
        let lab = try LabNetwork(addresses: [IPAddress("192.0.2.10")!])
        try await lab.node.run {
            var table = try LabConnections()
            let original = ConntrackTuple(`protocol`, from: ends[0], to: ends[1])
            try table.add(original, dnatTo: ends[2])
            let connections = try table.all()
            try #require(connections.count == 1)
            #expect(connections[0].original == original)
            #expect(
                connections[0].reply == ConntrackTuple(`protocol`, from: ends[2], to: ends[0]))
            try table.flush()
            #expect(try table.all().isEmpty)
        }
    }
}
