import Synchronization

/// Tells when a runner has ended.
package protocol RunnerObserver: Sendable {
    /// Returns true once the process that the text of the annotation names is gone, also if the text names none;
    /// false when the task is cancelled.
    func untilGone(_ runner: String) async -> Bool
}

/// The runners of the Pods of this node: which are known to be gone.
final class RunnerTable: Sendable {
    private struct State {
        var watches: [String: Task<Void, Never>] = [:]
        var gone: Set<String> = []
    }

    private let state = Mutex(State())
    private let observer: any RunnerObserver
    private let ended: @Sendable (String) -> Void

    /// `ended` is called once for each runner that goes.
    init(_ observer: any RunnerObserver, ended: @escaping @Sendable (String) -> Void) {
        self.observer = observer
        self.ended = ended
    }

    /// False also means: from now on it is watched.
    func isGone(_ runner: String) -> Bool {
        state.withLock { state in
            if state.gone.contains(runner) { return true }
            if state.watches[runner] == nil {
                state.watches[runner] = Task { await watch(runner) }
            }
            return false
        }
    }

    /// No Pod names the runner any more.
    func forget(_ runner: String) {
        state.withLock { state in
            state.gone.remove(runner)
            state.watches.removeValue(forKey: runner)?.cancel()
        }
    }

    func stop() {
        state.withLock { state in
            for watch in state.watches.values { watch.cancel() }
            state.watches = [:]
        }
    }

    private func watch(_ runner: String) async {
        guard await observer.untilGone(runner) else { return }
        state.withLock { _ = $0.gone.insert(runner) }
        ended(runner)
    }
}
