import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite("nftables in a fake kernel: packets go where the Oracle says")
struct OracleTests {
    /// One family's table as it is applied to a kernel.
    struct Scene {
        var link: FakeLink
        var table: FamilyTable
        let family: IPFamily

        init(_ family: IPFamily, seed: UInt64, batchSize: Int = 4 << 20) {
            link = FakeLink(seed: seed)
            link.kernel.localAddresses = RandomTable.localAddresses
            table = FamilyTable(NFTablesRenderer(family, batchSize: batchSize))
            self.family = family
        }

        mutating func apply(_ wanted: ServiceTable, _ changes: ServiceTable.Changes) throws {
            if table.isCurrent {
                try table.apply(wanted, changes, &link)
            } else {
                try table.adopt(wanted, &link)
            }
        }

        /// What differs from a fresh rendering, and from the Oracle for the packets.
        mutating func difference(_ wanted: ServiceTable, _ packets: [Packet]) throws -> String? {
            let found = try KernelTable(family, &link)
            if let difference = NFTablesRenderer.difference(found, family, wanted) {
                return difference
            }
            let comparison = OracleComparison(kernel: link.kernel, oracle: Oracle(wanted))
            for packet in packets where packet.destination.family == family {
                if let difference = comparison.difference(packet) { return difference }
            }
            return nil
        }
    }

    @Test("through all changes of a random cluster", arguments: 0..<16 as Range<UInt64>)
    func randomClusters(seed: UInt64) throws {
        var scene = RandomScene(seed: seed)
        var packets = RandomCluster(seed: 1000 + seed)
        var families = [Scene(.ipv4, seed: seed), Scene(.ipv6, seed: seed)]
        var last = ServiceTable()
        for _ in 0..<40 {
            _ = scene.advance()
            let changes = scene.table.changes(since: last)
            last = scene.table
            for index in families.indices {
                try families[index].apply(scene.table, changes)
                let some = (0..<12).map { _ in packets.clusterPacket() }
                let difference = try families[index].difference(scene.table, some)
                try #require(difference == nil, "seed \(seed)")
            }
        }
    }

    @Test(
        "through all changes of random tables",
        arguments: 0..<12 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func randomTables(seed: UInt64, family: IPFamily) throws {
        var random = RandomTable(seed: seed, family)
        var scene = Scene(family, seed: seed, batchSize: seed % 2 == 0 ? 4 << 20 : 1)
        for _ in 0..<40 {
            let changes = random.advance()
            try scene.apply(random.table, changes)
            let difference = try scene.difference(
                random.table, (0..<12).map { _ in random.packet() })
            try #require(difference == nil, "seed \(seed)")
        }
    }

    @Test(
        "while a change is committed in many batches, every packet gets the old answer or the new one",
        arguments: 0..<12 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func halfWay(seed: UInt64, family: IPFamily) throws {
        var random = RandomTable(seed: 500 + seed, family)
        var scene = Scene(family, seed: seed, batchSize: 1)
        try scene.apply(random.table, ServiceTable.Changes())
        for _ in 0..<30 {
            let old = random.table
            let changes = random.advanceServices()
            let packets = (0..<12).map { _ in random.packet() }
            let check = HalfWayCheck(old: Oracle(old), new: Oracle(random.table), packets: packets)
            scene.link.afterCommit = { check.check($0) }
            try scene.apply(random.table, changes)
            try #require(check.difference == nil, "seed \(seed)")
        }
    }
}

/// Compares packets after each batch.
final class HalfWayCheck {
    private let old: Oracle
    private let new: Oracle
    private let packets: [Packet]
    private(set) var difference: String?

    init(old: Oracle, new: Oracle, packets: [Packet]) {
        self.old = old
        self.new = new
        self.packets = packets
    }

    func check(_ kernel: FakeKernel) {
        for packet in packets where difference == nil {
            let after = OracleComparison(kernel: kernel, oracle: new).difference(packet)
            guard let after else { continue }
            if OracleComparison(kernel: kernel, oracle: old).difference(packet) == nil { continue }
            // An address comes with the first of its ports and goes with the last: meanwhile what is for no port may
            // be refused one way or another.
            if isForNoPort(old.decide(packet)) || isForNoPort(new.decide(packet)) {
                var copy = kernel
                if [.passed, .rejected, .dropped].contains(copy.connect(packet).outcome) {
                    continue
                }
            }
            difference = "after \(kernel.batches) batches: \(after)"
        }
    }

    private func isForNoPort(_ decision: Decision) -> Bool {
        switch decision {
        case .drop(.noSuchClusterIP), .reject(.noSuchPort), .pass: true
        default: false
        }
    }
}

extension RandomCluster {
    /// A packet of which the kernel could say, too, whether this host has sent it.
    mutating func clusterPacket() -> Packet {
        var packet = packet()
        packet.isFromHost = RandomTable.localAddresses.contains(packet.source)
        return packet
    }
}
