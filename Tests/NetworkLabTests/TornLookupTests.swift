import Addresses
import Linux
import LoadBalancing
import Testing
import Watching
import Wire

@testable import DataPlanes
@testable import NetworkLab

/// A commit may take force between two look-ups of one packet. What that packet sees is made to last here.
@Suite(
    "A packet that a commit overtakes",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct TornLookupTests {
    private static let packet = Packet(
        from: IPAddress("203.0.113.7")!, to: IPAddress("10.96.0.10")!, .tcp, 80)
    private static let backends = ["10.244.1.11", "10.244.2.21", "10.244.2.22"].map {
        Backend(IPAddress($0)!, 8080)
    }
    private static let trials = 64

    @Test("It reaches a backend, although its slot is gone", arguments: Scheduler.allCases)
    func slot(_ scheduler: Scheduler) async throws {
        try await expectBackends(scheduler) { kernel, batch in
            for set in [SetName.backends, .otherBackends] {
                for (key, data) in kernel.content[set] where key.key.number(at: 4) != 0 {
                    batch.remove(TableContent.element(key, data), from: set.text)
                }
            }
        }
    }

    @Test("It reaches a backend, although its list has another number of slots")
    func count() async throws {
        try await expectBackends(.random) { _, batch in
            batch.flush(set: SetName.slots(Self.backends.count).text)
        }
    }

    /// After the change every packet goes to a backend.
    private func expectBackends(
        _ scheduler: Scheduler,
        after change: @escaping @Sendable (KernelTable, inout NFTables.Batch) -> Void
    ) async throws {
        let network = try LabNetwork(
            addresses: [IPAddress("192.0.2.10")!], localNetworks: [IPPrefix("10.96.0.0/16")!])
        defer { network.remove() }
        let lab = try FlowLab(network)
        let plane = try await network.node.run {
            try NFTablesDataPlane(
                families: [.ipv4], time: .machine { WallClock.sinceEpoch },
                report: { Issue.record("\($0)") })
        }
        try await plane.prune(keeping: Self.table(scheduler))
        try await network.node.run {
            var socket = try NFTablesSocket()
            let kernel = try KernelTable(.ipv4, &socket)
            var batch = NFTables.Batch(.ipv4, table: NFTablesLayout.table)
            change(kernel, &batch)
            #expect(!batch.isEmpty)
            try socket.commit(batch)
        }
        let outcomes = try await lab.outcomes(of: Self.packet, times: Self.trials)
        let backends = Set(Self.backends.map(\.socketAddress))
        for outcome in outcomes {
            guard case .dnat(let target, _) = outcome, backends.contains(target) else {
                Issue.record("\(outcome)")
                continue
            }
        }
        #expect(outcomes.count == Self.trials)
        withExtendedLifetime(plane) {}
    }

    private static func table(_ scheduler: Scheduler) -> ServiceTable {
        let name = ServicePortName(
            namespace: "default", service: "web", port: "", protocol: .tcp, family: .ipv4)
        var table = ServiceTable()
        table.servicePorts[name] = ServicePortState(cluster: backends, scheduler: scheduler)
        table.frontends[FrontendAddress(.address(packet.destination), 80, .tcp)] = Frontend(
            .clusterIP, name)
        return table
    }
}
