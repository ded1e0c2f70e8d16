import Linux
package import LoadBalancing
import Synchronization
package import Watching

/// Deletes the UDP flows that a change of the table has left without an end. What fails is said, and tried again
/// with a delay that grows until it has been done; nothing else waits for that.
package final class ConntrackCleaner: Sendable {
    private struct State {
        var frontends = UDPFrontends()
        /// What has to be done, or to be done again.
        var plan = FlowPlan()
        var deleted = 0
        /// Since the last success.
        var failures = 0
        /// A task sleeps until it is time to try again.
        var isWaiting = false
        /// How many attempts are under way.
        var attempts = 0
    }

    package static let backoff = Backoff(first: .milliseconds(100), longest: .seconds(60))

    private let state = Mutex(State())
    private let flows: any TrackedFlows
    private let time: TimeSource
    private let report: @Sendable (String) -> Void

    /// - Parameter report: is told, in a sentence, what failed: once until it succeeds.
    package init(
        _ flows: any TrackedFlows, time: TimeSource, report: @escaping @Sendable (String) -> Void
    ) {
        self.flows = flows
        self.time = time
        self.report = report
    }

    /// How many flows were deleted so far.
    package var deleted: Int { state.withLock(\.deleted) }

    /// True until all is done that the tables so far ask for.
    package var isBehind: Bool { state.withLock { !$0.plan.isEmpty || $0.attempts > 0 } }

    /// Call it when the kernel has the new rules: before that, flows of the old kind may still begin. Returns at
    /// once where no UDP flow can be concerned, else when all has been tried.
    package func apply(_ table: ServiceTable, _ changes: ServiceTable.Changes) async {
        let hasWork = state.withLock { state in
            state.frontends.apply(changes)
            let plan = FlowPlan(after: changes, in: table, state.frontends)
            guard !plan.isEmpty || !state.plan.isEmpty else { return false }
            state.plan.add(plan, in: table)
            return true
        }
        if hasWork { await work() }
    }

    /// Judges every UDP flow by the table, in place of `apply`: at the start, and after a change was missed.
    /// - Parameter former: what was served before, by what the kernel had; the table may have it still.
    package func reconcile(_ table: ServiceTable, former: Set<FrontendAddress>) async {
        state.withLock { state in
            state.frontends = UDPFrontends(of: table)
            state.plan.add(FlowPlan(auditing: table, former: former), in: table)
        }
        await work()
    }

    private func work() async {
        let plan = state.withLock { state in
            defer { state.plan = FlowPlan() }
            if !state.plan.isEmpty { state.attempts += 1 }
            return state.plan
        }
        guard !plan.isEmpty else { return }
        do {
            // A thread of its own: the kernel may take a while over a large table.
            let deleted = try await ThreadWork.run(named: "conntrack") { try self.delete(plan) }
            state.withLock { state in
                state.deleted += deleted
                state.failures = 0
                state.attempts -= 1
            }
        } catch {
            postpone(plan, error)
        }
    }

    private func delete(_ plan: FlowPlan) throws(NetlinkError) -> Int {
        var deleted = 0
        for scan in plan.scans { deleted += try flows.delete(matching: scan, where: plan.removes) }
        return deleted
    }

    private func postpone(_ plan: FlowPlan, _ error: any Error) {
        let (delay, isFirst) = state.withLock { state in
            var all = plan
            all.add(state.plan)
            state.plan = all
            state.failures += 1
            state.attempts -= 1
            defer { state.isWaiting = true }
            let delay = Self.backoff.delay(attempt: state.failures)
            return (state.isWaiting ? nil : delay, state.failures == 1)
        }
        if isFirst { report("UDP flows that lead nowhere could not be deleted: \(error)") }
        guard let delay else { return }
        let time = time
        Task { [weak self] in
            try? await time.sleep(delay)
            await self?.tryAgain()
        }
    }

    private func tryAgain() async {
        state.withLock { $0.isWaiting = false }
        await work()
    }
}
