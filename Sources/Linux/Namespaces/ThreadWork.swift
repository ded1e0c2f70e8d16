import Synchronization

/// Runs work that blocks, or that changes what belongs to one thread (its namespaces), on a thread made for it.
package enum ThreadWork {
    /// Runs `body` on a thread of its own and suspends until it has ended.
    package static func run<Result: Sendable>(
        named name: String, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do throws(SystemError) {
                _ = try Thread(named: name) {
                    continuation.resume(with: Swift.Result { try body() })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Runs `body` on a thread of its own and blocks until it has ended.
    package static func runBlocking<Result: Sendable>(
        named name: String, _ body: @escaping @Sendable () throws -> Result
    ) throws -> Result {
        let answer = Answer<Result>()
        let thread = try Thread(named: name) {
            let result = Swift.Result { try body() }
            answer.value.withLock { $0 = result }
        }
        thread.join()
        return try answer.value.withLock { $0! }.get()
    }

    private final class Answer<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, any Error>?>(nil)
    }
}
