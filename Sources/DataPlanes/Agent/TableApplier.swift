import KubeAPI
import LoadBalancing
import Watching

/// Keeps a data plane at the newest table: differences while all goes well; after a failure, and at the beginning,
/// prune and the whole table, with a delay that grows.
struct TableApplier {
    enum Outcome {
        case applied([FrontendAddress: FrontendProblem])
        /// Nothing was to be done, or the time to try again has not come.
        case unchanged
        /// Try again after that long.
        case failed(DataPlaneError, retryAfter: Duration)
    }

    static let backoff = Backoff(first: .milliseconds(50), longest: .seconds(30))

    private let plane: any DataPlane
    private let time: TimeSource
    /// What the applied table sends something to.
    var use = BackendUse()
    private var needsAll = true
    private var failures = 0
    private var retryAt = Duration.zero

    init(_ plane: any DataPlane, time: TimeSource) {
        self.plane = plane
        self.time = time
    }

    /// The data plane may have something else than what was applied: everything is compared again.
    mutating func invalidate() { needsAll = true }

    /// True while the data plane is known to agree with the last table.
    var isCurrent: Bool { !needsAll }

    /// `changes` since the table of the last call.
    mutating func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async -> Outcome {
        guard needsAll || !changes.isEmpty, time.now() >= retryAt else { return .unchanged }
        do throws(DataPlaneError) {
            let problems = try await needsAll ? applyAll(table) : plane.apply(table, changes)
            if needsAll { use.reset() } else { use.apply(changes) }
            needsAll = false
            failures = 0
            return .applied(problems)
        } catch {
            needsAll = true
            failures += 1
            let delay = Self.backoff.delay(attempt: failures)
            retryAt = time.now() + delay
            return .failed(error, retryAfter: delay)
        }
    }

    private func applyAll(
        _ table: ServiceTable
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        try await plane.prune(keeping: table)
        var changes = table.changes(since: ServiceTable())
        changes.nodeChanged = true
        return try await plane.apply(table, changes)
    }
}
