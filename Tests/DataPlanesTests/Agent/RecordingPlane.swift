import DataPlanes
import LoadBalancing
import Synchronization

/// A data plane that only writes down what it is asked to do. It keeps the real rule that a change must fit the
/// table before it, and fails when it is told to.
final class RecordingPlane: DataPlane {
    enum Call: Equatable, Sendable {
        case prune(ServiceTable)
        case apply(ServiceTable, ServiceTable.Changes)
        case failed
    }

    private struct State {
        var applied = ServiceTable()
        var failuresLeft = 0
        var problems: [FrontendAddress: FrontendProblem] = [:]
        var hold: [CheckedContinuation<Void, Never>] = []
        var isHolding = false
        var misfits: [String] = []
    }

    let name = "recording"
    /// Every call, in order.
    let calls: AsyncStream<Call>
    private let record: AsyncStream<Call>.Continuation
    private let state = Mutex(State())

    init() { (calls, record) = AsyncStream.makeStream() }

    /// Changes that did not start from the table that was applied last.
    var misfits: [String] { state.withLock { $0.misfits } }

    /// The next `count` calls of `apply` fail.
    func failNext(_ count: Int) { state.withLock { $0.failuresLeft = count } }

    func answer(_ problems: [FrontendAddress: FrontendProblem]) {
        state.withLock { $0.problems = problems }
    }

    /// Lets `apply` hang, after it was recorded, until `letGo`.
    func hold() { state.withLock { $0.isHolding = true } }

    func letGo() {
        let held = state.withLock { state in
            defer { state.hold = [] }
            state.isHolding = false
            return state.hold
        }
        for continuation in held { continuation.resume() }
    }

    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        state.withLock { state in
            // What does not belong to the table is gone; what was half done is unknown.
            state.applied = ServiceTable()
        }
        record.yield(.prune(table))
    }

    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        // Decided before the call is seen: a test that waits for it and then calls `hold` means the next one.
        let (fails, holds) = state.withLock { state in
            guard state.failuresLeft == 0 else {
                state.failuresLeft -= 1
                return (true, false)
            }
            let expected = table.changes(since: state.applied)
            if changes.servicePorts != expected.servicePorts
                || changes.frontends != expected.frontends
            {
                state.misfits.append("\(changes) is not \(expected)")
            }
            state.applied = table
            return (false, state.isHolding)
        }
        if fails {
            record.yield(.failed)
            throw DataPlaneError("told to fail")
        }
        record.yield(.apply(table, changes))
        if holds { await waitUntilLetGo() }
        return state.withLock { $0.problems }
    }

    private func waitUntilLetGo() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isHolding { state.hold.append(continuation) }
                return !state.isHolding
            }
            if goesOn { continuation.resume() }
        }
    }
}
