import Addresses
import LoadBalancing
import Testing

@testable import DataPlanes

@Suite("Ids of lists")
struct ListIDTests {
    private static func name(_ number: Int) -> ServicePortName {
        ServicePortName(
            namespace: "default", service: "web-\(number)", port: "", protocol: .tcp,
            family: .ipv4)
    }

    private static func table(_ services: Range<Int>, timeout: UInt32? = nil) -> ServiceTable {
        var table = ServiceTable()
        for number in services {
            let backend = Backend(IPAddress(ipv4: 0x0AF4_0000 + UInt32(number)), 8080)
            var state = ServicePortState(cluster: [backend])
            state.affinityTimeout = timeout
            table.servicePorts[name(number)] = state
            let address = FrontendAddress(
                .address(IPAddress(ipv4: 0x0A60_0000 + UInt32(number))), 80, .tcp)
            table.frontends[address] = Frontend(
                .clusterIP, name(number), masquerade: .unlessFromPod)
        }
        return table
    }

    private func render(
        _ table: ServiceTable, since old: ServiceTable, _ renderer: inout NFTablesRenderer
    ) {
        _ = renderer.render(table, table.changes(since: old))
    }

    private func ids(_ renderer: NFTablesRenderer) -> [UInt32] {
        renderer.ports.values.compactMap { $0.cluster?.id }
    }

    @Test func `After the last one they begin again, and none is given out twice`() {
        var renderer = NFTablesRenderer(.ipv4)
        render(Self.table(0..<3), since: ServiceTable(), &renderer)
        #expect(ids(renderer).sorted() == [16, 17, 18])
        renderer.reserveIDs(upTo: ReservedID.special - 2)
        render(Self.table(0..<6), since: Self.table(0..<3), &renderer)
        #expect(ids(renderer).sorted() == [16, 17, 18, 19, 20, ReservedID.special - 1])
        // What is gone is used again, but only by the next turn.
        render(Self.table(1..<6), since: Self.table(0..<6), &renderer)
        renderer.reserveIDs(upTo: .max)
        render(Self.table(1..<8), since: Self.table(1..<6), &renderer)
        #expect(
            ids(renderer).sorted() == [16, 17, 18, 19, 20, 21, ReservedID.special - 1])
    }

    @Test func `The mark of a special frontend is no part of its list's id`() throws {
        var renderer = NFTablesRenderer(.ipv4)
        render(Self.table(0..<1), since: ServiceTable(), &renderer)
        let plain = try #require(renderer.frontends.values.first)
        #expect(plain.entryID == 16)
        render(Self.table(0..<1, timeout: 60), since: Self.table(0..<1), &renderer)
        let special = try #require(renderer.frontends.values.first)
        #expect((special.internalID, special.entryID) == (16, ReservedID.special | 16))
    }
}
