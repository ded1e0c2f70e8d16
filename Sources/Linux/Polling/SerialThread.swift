/// One thread that does work for others, piece after piece in the order in which it comes: for calls that block for
/// longer than the cooperative pool may wait.
package final class SerialThread: Sendable {
    private let queue = WorkQueue()

    package init(named name: String) throws(SystemError) {
        let queue = queue
        _ = try Thread(named: name) {
            while let answer = queue.performNext() { answer() }
        }
    }

    /// What has been handed over is still done.
    deinit { queue.close() }

    /// Runs `body` on the thread and suspends until it has ended. What it held is let go of by then: a caller that
    /// goes on with values that it had handed over is their only owner again, and changes them in place.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            queue.add {
                let value = body()
                return { continuation.resume(returning: value) }
            }
        }
    }

    /// Runs `body` on the thread some time later.
    package func post(_ body: @escaping @Sendable () -> Void) {
        queue.add {
            body()
            return {}
        }
    }
}

private final class WorkQueue: Sendable {
    /// Does something and returns what is to be done once all that it held is let go of.
    typealias Work = @Sendable () -> Answer
    typealias Answer = @Sendable () -> Void

    private struct State {
        var waiting: [Work] = []
        var isClosed = false
    }

    private let state = Monitor(State())

    func add(_ work: @escaping Work) { state.change { $0.waiting.append(work) } }

    func close() { state.change { $0.isClosed = true } }

    /// nil once it is closed and empty.
    func performNext() -> Answer? { next()?() }

    private func next() -> Work? {
        state.wait { state -> Work?? in
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.isClosed ? .some(nil) : nil
        }
    }
}
