import NIOCore
import NIOPosix
import Synchronization

/// Runs tasks on the thread of an event loop: a connection is read, its request carried out and the answer written
/// without a change of threads. What computes for long goes to the global executor (see `ResourceRoutes`).
final class EventLoopExecutor: TaskExecutor {
    fileprivate struct State {
        var jobs: [UnownedJob] = []
        var next = 0
        var isScheduled = false
    }

    /// So many jobs run before the event loop looks after its sockets.
    private let atOnce: Int
    private let loop: any EventLoop
    private let state = Mutex(State())

    private init(_ loop: any EventLoop, atOnce: Int) {
        self.loop = loop
        self.atOnce = atOnce
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if isFirst { loop.execute { self.drain() } }
    }

    private func drain() {
        let executor = asUnownedTaskExecutor()
        for _ in 0..<atOnce {
            let job = state.withLock { $0.pop() }
            guard let job else { return }
            job.runSynchronously(on: executor)
        }
        loop.execute { self.drain() }
    }

    private struct Pair {
        let requests: EventLoopExecutor
        let watches: EventLoopExecutor
    }

    /// One pair for each loop of the process's group; like that they are never released.
    private static let all: [ObjectIdentifier: Pair] = {
        var all: [ObjectIdentifier: Pair] = [:]
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
            all[ObjectIdentifier(loop)] = Pair(
                requests: EventLoopExecutor(loop, atOnce: 256),
                watches: EventLoopExecutor(loop, atOnce: 32))
        }
        return all
    }()

    /// nil for a loop of another group.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor? {
        all[ObjectIdentifier(loop)]?.requests
    }

    /// Where watches run: an event for a thousand of them holds up no request for long.
    static func watches(of loop: any EventLoop) -> EventLoopExecutor? {
        all[ObjectIdentifier(loop)]?.watches
    }
}

extension EventLoopExecutor.State {
    /// nil: there is none, and the next one schedules the executor again.
    fileprivate mutating func pop() -> UnownedJob? {
        guard next < jobs.count else {
            jobs.removeAll(keepingCapacity: jobs.capacity < 4096)
            next = 0
            isScheduled = false
            return nil
        }
        if next > 1024, next * 2 > jobs.count {
            jobs.removeSubrange(..<next)
            next = 0
        }
        next += 1
        return jobs[next - 1]
    }
}
