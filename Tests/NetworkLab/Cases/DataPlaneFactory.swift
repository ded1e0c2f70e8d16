package import DataPlanes
package import Linux
import LoadBalancing
import Watching

/// Makes the data plane that the cases are about.
package struct DataPlaneFactory: Sendable {
    /// Called on a thread in the node's namespace, which is given, too.
    let make: @Sendable (NetworkNamespace) throws -> any DataPlane

    package init(_ make: @escaping @Sendable (NetworkNamespace) throws -> any DataPlane) {
        self.make = make
    }

    /// The kernel's, with what cleans up its connections.
    package static let nftables = DataPlaneFactory { _ in
        let cleaner = ConntrackCleaner(
            KernelFlows(try ConntrackTable()),
            time: .machine(sinceEpoch: { WallClock.sinceEpoch }), report: { _ in })
        return CleanedDataPlane(try NFTablesDataPlane(), cleaner)
    }
}

/// A data plane and the cleaner that follows it.
private final class CleanedDataPlane: DataPlane {
    private let plane: any DataPlane
    private let cleaner: ConntrackCleaner

    init(_ plane: any DataPlane, _ cleaner: ConntrackCleaner) {
        self.plane = plane
        self.cleaner = cleaner
    }

    var name: String { plane.name }

    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        let problems = try await plane.apply(table, changes)
        await cleaner.apply(table, changes)
        return problems
    }

    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        try await plane.prune(keeping: table)
        await cleaner.reconcile(table)
    }
}
