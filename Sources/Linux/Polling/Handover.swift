/// Hands values over from one thread to another, in order. Few of them wait at a time: who is faster waits for the other.
package final class Handover<Value: Sendable>: Sendable {
    private struct State {
        var waiting: [Value] = []
        var isFinished = false
        var isRefused = false
    }

    private let state = Monitor(State())
    private let capacity: Int

    package init(capacity: Int = 2) { self.capacity = capacity }

    /// Blocks while too many wait.
    /// - Returns: false if nobody takes values any more.
    package func put(_ value: Value) -> Bool {
        state.wait { state in
            if state.isRefused { return false }
            guard state.waiting.count < capacity else { return nil }
            state.waiting.append(value)
            return true
        }
    }

    /// No value follows.
    package func finish() { state.change { $0.isFinished = true } }

    /// Blocks until there is a value; nil: it was the last.
    package func take() -> Value? {
        state.wait { state -> Value?? in
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.isFinished ? .some(nil) : nil
        }
    }

    /// Takes no more values.
    package func refuse() {
        state.change { state in
            state.isRefused = true
            state.waiting = []
        }
    }
}
