import Addresses
import Linux
import LoadBalancing
import Testing
import Wire

@testable import DataPlanes

@Suite(
    "Session affinity of many clients, in the kernel",
    .enabled(if: KernelLab.missing == nil, "needs \(KernelLab.missing ?? "")"))
struct AffinityKernelTests {
    private static let clients = 6000
    private static let name = ServicePortName(
        namespace: "default", service: "web", port: "", protocol: .tcp, family: .ipv4)

    private static func table(backends: Range<Int>) -> ServiceTable {
        var state = ServicePortState(
            cluster: Array(SchedulerShareTests.backends(.ipv4, [1, 1, 1, 1])[backends]))
        state.affinityTimeout = 10_800
        var table = ServiceTable()
        table.servicePorts[name] = state
        table.frontends[FrontendAddress(.address(IPAddress("10.96.0.10")!), 80, .tcp)] = Frontend(
            .clusterIP, name)
        return table
    }

    /// As packets teach it.
    private static func remember(_ id: UInt32, _ lab: KernelLab) throws {
        var batch = NFTables.Batch(.ipv4, table: NFTablesLayout.table)
        let backends = SchedulerShareTests.backends(.ipv4, [1, 1, 1, 1])
        for client in 0..<clients {
            var key = NFTables.Value()
            key.append(IPAddress(ipv4: 0xCB00_0000 + UInt32(client)))
            key.append(number: id)
            var data = NFTables.Value()
            data.append(backends[client % 4].address)
            data.append(port: backends[client % 4].port)
            var element = NFTables.Element(key, data: .value(data))
            element.timeout = 10_800_000
            batch.add(element, to: SetName.affinity.text)
        }
        let elements = batch
        try lab.namespace.runBlocking {
            var socket = try NFTablesSocket()
            try socket.commit(elements)
        }
    }

    private static func remembered(_ lab: KernelLab) throws -> Set<IPAddress> {
        let elements = try lab.namespace.runBlocking {
            var socket = try NFTablesSocket()
            return try socket.elements(of: .affinity, .ipv4)
        }
        return Set(
            elements.compactMap { element in
                guard case .value(let value)? = element.data else { return nil }
                return value.address(.ipv4, at: 0)
            })
    }

    @Test("what they remember of backends that are gone goes, although no commit waits for it")
    func forgotten() async throws {
        let lab = try KernelLab()
        var table = Self.table(backends: 0..<4)
        try await lab.plane.prune(keeping: table)
        let lists = KernelLists(try lab.table(.ipv4), .ipv4)
        try Self.remember(lists.highestID, lab)
        #expect(try Self.remembered(lab).count == 4)
        // The first look finds how many there are, the second need not be waited for.
        for left in [3, 2, 1] {
            let before = table
            table = Self.table(backends: 0..<left)
            _ = try await lab.plane.apply(table, table.changes(since: before))
            var looks = 0
            while try Self.remembered(lab).count != left, looks < 500 {
                try await Task.sleep(for: .milliseconds(20))
                looks += 1
            }
            let addresses = table.servicePorts[Self.name]?.cluster.map(\.address)
            #expect(try Self.remembered(lab) == Set(addresses ?? []))
        }
    }
}
