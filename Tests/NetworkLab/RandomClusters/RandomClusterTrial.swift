import Addresses
import DataPlanes
import KubeAPI
import Linux
package import LoadBalancing
import TestSupport

/// A seeded random cluster that changes under a data plane; after every few changes random packets are sent, and what
/// the kernel does with them is held against the `Oracle`.
package struct RandomClusterTrial: Sendable {
    package var seed: UInt64
    package var rounds = 6
    package var changesARound = 12
    package var packetsARound = 20

    package init(seed: UInt64) { self.seed = seed }

    /// Every difference, with what it takes to see it again.
    /// - Parameter adjust: takes from each table what the data plane is not expected to do.
    package func run(
        _ factory: DataPlaneFactory,
        adjusting adjust: @Sendable (inout ServiceTable) -> Void = { _ in }
    ) async throws -> [String] {
        var random = RandomCluster(seed: seed)
        let context = random.node()
        let network = try LabNetwork(
            addresses: context.nodePortAddresses.sorted(), localNetworks: context.serviceCIDRs)
        defer { network.remove() }
        let lab = try FlowLab(network)
        let plane = try await network.node.run { try factory.make(network.node) }
        var state = ClusterState(node: context)
        var compiler = ServiceTableCompiler()
        var applied = ServiceTable()
        var differences: [String] = []
        for round in 0..<rounds {
            var changed: Set<ObjectName> = []
            for _ in 0..<changesARound { changed.formUnion(state.apply(random.change())) }
            _ = compiler.update(state.snapshot, changed: changed)
            var table = compiler.table
            adjust(&table)
            if round == 0 { try await plane.prune(keeping: table) }
            _ = try await plane.apply(table, table.changes(since: applied))
            applied = table
            let packets = (0..<packetsARound).map { _ in random.packet() }
            differences += try await lab.differences(from: Oracle(table), on: packets).map {
                "seed \(seed), round \(round): \($0)"
            }
        }
        return differences
    }
}
