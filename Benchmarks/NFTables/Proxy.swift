import DataPlanes
import KubeAPI
import LoadBalancing
import Watching

/// What the agent does with objects, step by step: take, compile, apply.
struct Proxy: ~Copyable {
    private var state = ClusterState(node: LabCluster.node)
    private var compiler = ServiceTableCompiler()
    private var changed: Set<ObjectName> = []
    private let plane: NFTablesDataPlane

    init(_ plane: NFTablesDataPlane) { self.plane = plane }

    /// A data plane in the calling thread's network namespace.
    static func plane() throws -> NFTablesDataPlane {
        try NFTablesDataPlane(
            time: .machine { .zero }, report: { print("report: \($0)") })
    }

    mutating func take(_ changes: [ClusterChange]) {
        for change in changes { changed.formUnion(state.apply(change)) }
    }

    mutating func compile() -> ServiceTable.Changes {
        defer { changed = [] }
        return compiler.update(state.snapshot, changed: changed)
    }

    /// As at the start: what is there is compared with the whole table.
    func applyAll() async throws {
        try await plane.prune(keeping: compiler.table)
        var changes = compiler.table.changes(since: ServiceTable())
        changes.nodeChanged = true
        _ = try await plane.apply(compiler.table, changes)
    }

    /// A change, until it is in force.
    mutating func follow(_ change: ClusterChange) async throws {
        take([change])
        let changes = compile()
        precondition(!changes.isEmpty)
        _ = try await plane.apply(compiler.table, changes)
    }

    /// What a restart does: a data plane that knows nothing finds everything there.
    func restart(_ plane: NFTablesDataPlane) async throws {
        try await plane.prune(keeping: compiler.table)
    }
}
