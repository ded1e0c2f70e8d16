import Synchronization

/// A deduplicating queue of keys between observers, which add, and the workers of one ReconcileLoop.
package final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var machine = WorkQueueStateMachine<Key>()
        var takers: [Int: CheckedContinuation<Key?, Never>] = [:]
        var nextTaker = 0
        /// The delayed addition that counts, of each key that has one.
        var timers: [Key: Int] = [:]
        var nextTimer = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// The keys that wait for a worker.
    package var count: Int { state.withLock { $0.machine.waiting } }

    package func add(_ key: Key) {
        state.withLock { state in
            _ = state.machine.add(key)
            Self.hand(&state)
        }
    }

    package func add(_ keys: some Sequence<Key>) {
        state.withLock { state in
            for key in keys { _ = state.machine.add(key) }
            Self.hand(&state)
        }
    }

    /// Waits for a key; nil once the task is cancelled. Give it back with `done`.
    package func next() async -> Key? {
        let taker = state.withLock { state in
            defer { state.nextTaker += 1 }
            return state.nextTaker
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    if Task.isCancelled { return continuation.resume(returning: nil) }
                    state.takers[taker] = continuation
                    Self.hand(&state)
                }
            }
        } onCancel: {
            state.withLock { $0.takers.removeValue(forKey: taker) }?.resume(returning: nil)
        }
    }

    /// The next key, if one waits. Give it back with `done`.
    package func take() -> Key? { state.withLock { $0.machine.take() } }

    package func done(_ key: Key) {
        state.withLock { state in
            _ = state.machine.done(key)
            Self.hand(&state)
        }
    }

    /// Counts a failure of the key and says which one in a row it is.
    package func failed(_ key: Key) -> Int { state.withLock { $0.machine.failed(key) } }

    package func succeeded(_ key: Key) { state.withLock { $0.machine.succeeded(key) } }

    /// Starts a timer for the key; it replaces an earlier one. Pass the answer to `fire` when the time has come.
    package func arm(_ key: Key) -> Int {
        state.withLock { state in
            state.nextTimer += 1
            state.timers[key] = state.nextTimer
            return state.nextTimer
        }
    }

    /// Adds the key, unless its timer was replaced.
    package func fire(_ key: Key, _ timer: Int) {
        state.withLock { state in
            guard state.timers[key] == timer else { return }
            state.timers[key] = nil
            _ = state.machine.add(key)
            Self.hand(&state)
        }
    }

    private static func hand(_ state: inout State) {
        while !state.machine.isEmpty, let taker = state.takers.keys.min(),
            let continuation = state.takers.removeValue(forKey: taker)
        {
            continuation.resume(returning: state.machine.take())
        }
    }
}
