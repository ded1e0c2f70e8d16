import Synchronization

/// Lets the writers of one key through one at a time, in the order of their arrival; the others wait without blocking
/// a thread. Writers of different keys do not wait for one another.
final class Turns: Sendable {
    /// Who waits, by the key that somebody holds.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    func withTurn<Value, Failure: Error>(
        _ key: String, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await acquire(key)
        defer { release(key) }
        return try await body()
    }

    private func acquire(_ key: String) async {
        // The common case costs no continuation.
        let isFree = waiting.withLock { waiting in
            if waiting[key] != nil { return false }
            waiting[key] = []
            return true
        }
        if isFree { return }
        await withCheckedContinuation { continuation in
            let isFree = waiting.withLock { waiting in
                if waiting[key] == nil {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ key: String) {
        let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
            if waiting[key]?.isEmpty == false { return waiting[key]?.removeFirst() }
            waiting[key] = nil
            return nil
        }
        next?.resume()
    }
}
