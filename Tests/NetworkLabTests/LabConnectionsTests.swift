import Addresses
import Linux
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

    @Test("A connection is made, found and forgotten", arguments: L4Protocol.allCases, ends)
    func connection(_ protocol: L4Protocol, _ ends: [IPSocketAddress]) async throws {
        let lab = try LabNetwork(addresses: [IPAddress("192.0.2.10")!])
        try await lab.node.run {
            let connection = LabConnections.Connection(
                `protocol`, from: ends[0], to: ends[1], at: ends[2])
            var other = connection
            other.backend.port = 9999
            var connections = try LabConnections()
            try connections.add(connection)
            #expect(try connections.contains(connection))
            #expect(try !connections.contains(other))
            try connections.flush()
            #expect(try !connections.contains(connection))
        }
    }
}
