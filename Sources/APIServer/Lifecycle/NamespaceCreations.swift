import Synchronization

/// The creations under way in each namespace: the end of a namespace waits for those that may have found it alive.
final class NamespaceCreations: Sendable {
    private struct Waiter {
        let namespace: String
        let last: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var last: UInt64 = 0
        var running: [String: Set<UInt64>] = [:]
        var waiters: [Waiter] = []

        func isOver(_ namespace: String, upTo last: UInt64) -> Bool {
            running[namespace]?.contains { $0 <= last } != true
        }
    }

    private let state = Mutex(State())

    /// Runs a creation, which looks at its namespace only inside `body`.
    func run<Value, Failure: Error>(
        in namespace: String, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = begin(namespace)
        defer { end(number, namespace) }
        return try await body()
    }

    /// Waits until every creation that has begun by now is over.
    func settled(in namespace: String) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.isOver(namespace, upTo: state.last) { return true }
                state.waiters.append(
                    Waiter(
                        namespace: namespace, last: state.last, continuation: continuation))
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func begin(_ namespace: String) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.running[namespace, default: []].insert(state.last)
            return state.last
        }
    }

    private func end(_ number: UInt64, _ namespace: String) {
        let done = state.withLock { state in
            state.running[namespace]?.remove(number)
            if state.running[namespace]?.isEmpty == true { state.running[namespace] = nil }
            let waiters = state.waiters
            if waiters.isEmpty { return waiters }
            state.waiters = waiters.filter { !state.isOver($0.namespace, upTo: $0.last) }
            return waiters.filter { state.isOver($0.namespace, upTo: $0.last) }
        }
        for waiter in done { waiter.continuation.resume() }
    }
}
