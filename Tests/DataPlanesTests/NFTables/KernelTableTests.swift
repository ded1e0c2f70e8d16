import Addresses
import Glibc
import Linux
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite(
    "nf_tables in the kernel",
    .enabled(if: KernelLab.missing == nil, "needs \(KernelLab.missing ?? "")"))
struct KernelTableTests {
    @Test(
        "After every change of a random cluster the kernel has what a fresh start would give it",
        arguments: 0..<8)
    func randomClusters(seed: UInt64) async throws {
        let lab = try KernelLab()
        var scene = RandomScene(seed: seed)
        try await lab.plane.prune(keeping: scene.table)
        for _ in 0..<60 {
            let changes = scene.advance()
            _ = try await lab.plane.apply(scene.table, changes)
            try expectEqual(lab, scene.table)
        }
    }

    @Test(
        "A restart adopts what is there and changes nothing; nft prints it, and loads what it printed",
        arguments: 0..<8)
    func restart(seed: UInt64) async throws {
        let lab = try KernelLab()
        var scene = RandomScene(seed: 100 + seed)
        for _ in 0..<80 { _ = scene.advance() }
        try await lab.plane.prune(keeping: scene.table)
        let before = lab.nft("list ruleset")
        #expect(before.status == 0, "\(before.output.suffix(500))")
        let generation = try lab.generation()
        let restarted = try lab.restarted()
        try await restarted.prune(keeping: scene.table)
        #expect(try lab.generation() == generation)

        let path = "/run/pointsman-tests/\(lab.namespace.name).nft"
        defer { unlink(path) }
        #expect(lab.nft("list ruleset > \(path)").status == 0)
        #expect(lab.nft("flush ruleset").status == 0)
        let loaded = lab.nft("-f \(path)")
        #expect(loaded.status == 0, "\(loaded.output.suffix(2000))")
        #expect(lab.nft("list ruleset").output.sortedWords == before.output.sortedWords)

        _ = try await restarted.apply(scene.table, ServiceTable.Changes())
        let again = try lab.restarted()
        try await again.prune(keeping: scene.table)
        try expectEqual(lab, scene.table)
    }

    private func expectEqual(_ lab: KernelLab, _ table: ServiceTable) throws {
        for family in [IPFamily.ipv4, .ipv6] {
            let kernel = try lab.table(family)
            var renderer = NFTablesRenderer(family)
            renderer.hints = ArrangementHints(kernel, family, table)
            let content = renderer.renderContent(table)
            for set in renderer.layout.sets(renderer.structure) where !set.isLearned {
                #expect(kernel.content[set] == content[set], "\(family) \(set.text)")
            }
            for chain in renderer.layout.chains(renderer.structure)
            where !chain.listsParts {
                let rules = renderer.layout.rules(chain, renderer.structure)
                #expect(kernel.rules[chain.text] ?? [] == rules, "\(family) \(chain.text)")
            }
        }
    }
}

/// A random cluster and its table as it goes on.
struct RandomScene {
    private var cluster: RandomCluster
    private var state: ClusterState
    private var compiler = ServiceTableCompiler()

    init(seed: UInt64) {
        cluster = RandomCluster(seed: seed)
        state = ClusterState(node: cluster.node())
        _ = compiler.update(state.snapshot, changed: [])
    }

    var table: ServiceTable { compiler.table }

    mutating func advance() -> ServiceTable.Changes {
        compiler.update(state.snapshot, changed: state.apply(cluster.change()))
    }
}

extension String {
    /// The order of elements is the kernel's own.
    var sortedWords: [Substring] {
        split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "," }.sorted()
    }
}
