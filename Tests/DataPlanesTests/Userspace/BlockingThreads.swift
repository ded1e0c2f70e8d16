import Linux
import Synchronization
import Testing

/// Runs tests whose calls block on threads of their own: the cooperative pool has one thread a core, and all other
/// tests wait for those.
struct BlockingThreads: SuiteTrait, TestTrait, TestScoping {
    let isRecursive = true

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadExecutor.shared) { try await function() }
    }
}

extension Trait where Self == BlockingThreads {
    static var blockingThreads: Self { BlockingThreads() }
}

/// A few threads, and the jobs that wait for them.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()
    private static let width = 4

    private let jobs = Mutex<[UnownedJob]>([])
    private let news: EventDescriptor

    private init() {
        do {
            news = try EventDescriptor()
            for _ in 0..<Self.width { _ = try Thread(named: "test") { [self] in work() } }
        } catch {
            preconditionFailure("no descriptors or threads left at the start: \(error)")
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        news.signal()
    }

    private func work() {
        guard let epoll = try? Epoll(),
            (try? epoll.add(news.descriptor, .readable, token: 0)) != nil
        else { return }
        var events = Epoll.EventBuffer(capacity: 1)
        while true {
            _ = try? epoll.wait(&events, milliseconds: -1)
            // Consumed before the look: a job that comes later makes it readable again.
            news.consume()
            while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                // There may be more than one, and this one may take long.
                news.signal()
                job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }
}
