import Synchronization
package import Watching

/// Time that passes only when a test says so.
package final class ManualTime: Sendable {
    private struct State {
        var now = Duration.zero
        var sleepers: [Int: (due: Duration, continuation: CheckedContinuation<Void, any Error>)] =
            [:]
        var nextSleeper = 0
    }

    private let state = Mutex(State())
    /// What the wall clock reads at the beginning, in seconds since the epoch.
    private let epoch: Int64

    package init(startingAt epoch: Int64 = 1_800_000_000) {
        self.epoch = epoch
    }

    package var source: TimeSource {
        TimeSource(
            now: { self.now }, sleep: { try await self.sleep($0) },
            sinceEpoch: { self.now + .seconds(self.epoch) })
    }

    package var now: Duration { state.withLock { $0.now } }

    /// How many tasks sleep.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Wakes, in order, every task whose time comes.
    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.value.due <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }
        }
        for sleeper in woken { sleeper.value.continuation.resume() }
    }

    /// Returns once some task sleeps.
    package func waitForSleeper() async {
        while sleepers == 0 { await Task.yield() }
    }

    private func sleep(_ duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                state.withLock { state in
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else if duration <= .zero {
                        continuation.resume()
                    } else {
                        state.sleepers[id] = (state.now + duration, continuation)
                    }
                }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation
                .resume(throwing: CancellationError())
        }
    }
}
