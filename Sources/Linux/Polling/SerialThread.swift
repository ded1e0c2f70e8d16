import Glibc
import Synchronization

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

/// Waits with a condition variable: a wake-up costs one futex call.
private final class WorkQueue: @unchecked Sendable {
    /// Does something and returns what is to be done once all that it held is let go of.
    typealias Work = @Sendable () -> Answer
    typealias Answer = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by `mutex`.
    private var waiting: [Work] = []
    private var isClosed = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func add(_ work: @escaping Work) {
        locked { waiting.append(work) }
    }

    func close() { locked { isClosed = true } }

    private func locked(_ body: () -> Void) {
        pthread_mutex_lock(mutex)
        body()
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// nil once it is closed and empty.
    func performNext() -> Answer? { next()?() }

    private func next() -> Work? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }
}
