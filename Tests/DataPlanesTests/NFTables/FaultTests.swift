import Addresses
import Linux
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite("nftables in a fake kernel: faults")
struct FaultTests {
    typealias Scene = OracleTests.Scene

    private static let errnos: [Errno] = [.noMemory, .noSuchEntry, .alreadyExists, .again]

    @Test(
        "whichever batch or list fails, adopting once more makes all right",
        arguments: 0..<8 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func faults(seed: UInt64, family: IPFamily) throws {
        var rng = SplitMix64(seed: seed)
        var random = RandomTable(seed: 900 + seed, family)
        var scene = Scene(family, seed: seed, batchSize: 1)
        var failures = 0
        for _ in 0..<25 {
            let changes = random.advance()
            // One of the first batches or lists fails, or none does.
            switch Int.random(in: 0...3, using: &rng) {
            case 0, 1:
                scene.link.kernel.failBatch(
                    after: Int.random(in: 0...4, using: &rng),
                    errno: Self.errnos.randomElement(using: &rng)!.rawValue)
            case 2: scene.link.listsUntilFailure = Int.random(in: 0...30, using: &rng)
            default: break
            }
            do {
                try scene.apply(random.table, changes)
            } catch {
                failures += 1
                while (try? scene.table.adopt(random.table, &scene.link)) == nil { failures += 1 }
            }
            scene.link.listsUntilFailure = nil
            let difference = try scene.difference(
                random.table, (0..<3).map { _ in random.packet() })
            try #require(difference == nil, "seed \(seed)")
            // Clients get used to backends.
            for _ in 0..<5 { _ = scene.link.kernel.connect(random.packet()) }
        }
        #expect(failures > 3)
    }

    @Test(
        "what others change is put right, at the latest by adopting",
        arguments: 0..<8 as Range<UInt64>, [IPFamily.ipv4, .ipv6])
    func others(seed: UInt64, family: IPFamily) throws {
        var vandal = Vandal(seed: seed, family)
        var random = RandomTable(seed: 1300 + seed, family)
        var scene = Scene(family, seed: seed)
        try scene.apply(random.table, ServiceTable.Changes())
        for _ in 0..<25 {
            try vandal.disturb(&scene.link)
            let changes = random.advance()
            // The difference may fit by chance.
            _ = try? scene.apply(random.table, changes)
            try scene.table.adopt(random.table, &scene.link)
            let difference = try scene.difference(
                random.table, (0..<3).map { _ in random.packet() })
            try #require(difference == nil, "seed \(seed)")
        }
        #expect(vandal.deeds > 15)
    }

    @Test(
        "adopting tells which UDP frontends it took out", arguments: 0..<6 as Range<UInt64>,
        [IPFamily.ipv4, .ipv6])
    func formerFrontends(seed: UInt64, family: IPFamily) throws {
        var random = RandomTable(seed: 2100 + seed, family)
        var scene = Scene(family, seed: seed)
        var told = 0
        for _ in 0..<20 {
            let changes = random.advance()
            try scene.apply(random.table, changes)
            let before = random.table.frontends.keys
            for _ in 0..<3 { _ = random.advance() }
            scene.table = FamilyTable(family)
            try scene.table.adopt(random.table, &scene.link)
            let gone = Set(before).subtracting(random.table.frontends.keys)
                .filter { $0.family == family && $0.protocol == .udp }
            #expect(scene.table.takeFormerFrontends() == gone, "seed \(seed)")
            #expect(scene.table.takeFormerFrontends().isEmpty)
            told += gone.count
        }
        #expect(told > 0)
    }

    @Test("adopting what is right already changes nothing", arguments: [IPFamily.ipv4, .ipv6])
    func idempotence(family: IPFamily) throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = RandomTable(seed: 1700 + seed, family)
            var scene = Scene(family, seed: seed)
            for _ in 0..<20 {
                let changes = random.advance()
                try scene.apply(random.table, changes)
            }
            let before = try KernelTable(family, &scene.link).content
            // The first restart puts away sets and chains that no list needs any more; ids and slots stay.
            scene.table = FamilyTable(family)
            try scene.table.adopt(random.table, &scene.link)
            let after = try KernelTable(family, &scene.link).content
            for set in before.sets.keys { #expect(before[set] == after[set], "\(set.text)") }
            let generation = scene.link.kernel.generation
            for _ in 0..<3 {
                scene.table = FamilyTable(family)
                scene.link.interruptions = 4
                try scene.table.adopt(random.table, &scene.link)
            }
            #expect(scene.link.kernel.generation == generation, "seed \(seed)")
        }
    }
}

/// Somebody else who changes the table.
struct Vandal {
    private var rng: SplitMix64
    private let family: IPFamily
    private(set) var deeds = 0

    init(seed: UInt64, _ family: IPFamily) {
        rng = SplitMix64(seed: seed)
        self.family = family
    }

    mutating func disturb(_ link: inout FakeLink) throws {
        let kernel = try KernelTable(family, &link)
        var batch = NFTables.Batch(family, table: NFTablesLayout.table)
        plan(kernel, &batch)
        // What the kernel refuses to him, too, he leaves.
        let isDone: Void? = try? link.commit(batch)
        if isDone != nil { deeds += 1 }
    }

    private mutating func plan(_ kernel: KernelTable, _ batch: inout NFTables.Batch) {
        let chains = kernel.chains.keys.sorted()
        let chain = chains.randomElement(using: &rng)!
        let set = kernel.content.sets.filter { !$0.value.isEmpty }.keys.sorted()
            .randomElement(using: &rng)
        switch Int.random(in: 0...12, using: &rng) {
        case 0: batch.deleteTable()
        case 1: batch.flush(chain: chain)
        case 2: batch.append(NFTables.Rule(chain, [.verdict(.drop)]))
        case 3:
            batch.add(NFTables.Chain("theirs"))
            batch.append(NFTables.Rule("theirs", [.verdict(.accept)]))
            batch.append(NFTables.Rule(chain, [.verdict(.jump("theirs"))]))
        case 4:
            batch.add(NFTables.Set("theirs", key: NFTables.SetType(.l4Protocol)))
            let looksUp: [NFTables.Expression] = [
                .meta(.l4Protocol, NFTables.Register(word: 0)),
                .lookup(
                    set: "theirs", key: NFTables.Register(word: 0), data: nil, isInverted: false),
                .verdict(.drop),
            ]
            batch.append(NFTables.Rule(chain, looksUp))
        case 5:
            batch.deleteTable()
            batch.add(NFTables.Table(name: NFTablesLayout.table))
            batch.add(NFTables.Set(SetName.backends.text, key: NFTables.SetType(.classID)))
        case 6:
            var table = NFTables.Table(name: NFTablesLayout.table)
            table.isDormant = true
            batch.add(table)
        case 7:
            guard var chain = kernel.chains["pre"] else { return }
            chain.hook?.policy = .drop
            batch.add(chain)
        case 8: anonymousSet(chain, &batch)
        case 9: if let set { batch.flush(set: set.text) }
        default: if let set { takeOne(kernel, set, &batch) }
        }
    }

    private func anonymousSet(_ chain: String, _ batch: inout NFTables.Batch) {
        batch.add(NFTables.Set("__set0", .anonymous, key: NFTables.SetType(.l4Protocol)))
        batch.append(
            NFTables.Rule(
                chain,
                [
                    .meta(.l4Protocol, NFTables.Register(word: 0)),
                    .lookup(
                        set: "__set0", key: NFTables.Register(word: 0), data: nil,
                        isInverted: false),
                ]))
    }

    private mutating func takeOne(
        _ kernel: KernelTable, _ set: SetName, _ batch: inout NFTables.Batch
    ) {
        let all = kernel.content[set].sorted {
            $0.key.key.bytes.lexicographicallyPrecedes($1.key.key.bytes)
        }
        let (key, data) = all.randomElement(using: &rng)!
        batch.remove(TableContent.element(key, data), from: set)
    }
}
