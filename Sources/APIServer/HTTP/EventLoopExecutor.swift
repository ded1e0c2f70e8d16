import NIOCore
import NIOPosix
import Synchronization

/// Runs tasks on the thread of an event loop: a connection is read, its request carried out and the answer written
/// without a change of threads. What computes for long goes to the global executor (see `ResourceRoutes`).
final class EventLoopExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isScheduled = false
    }

    /// So many jobs run before the event loop looks after its sockets.
    private let atOnce: Int
    private let loop: any EventLoop
    private let state = Mutex(State())
    /// What has been taken out of `state`, and where the next job is. Used on the event loop only.
    nonisolated(unsafe) private var taken: (jobs: [UnownedJob], next: Int) = ([], 0)

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
            if taken.next == taken.jobs.count, !take() { return }
            taken.next += 1
            taken.jobs[taken.next - 1].runSynchronously(on: executor)
        }
        loop.execute { self.drain() }
    }

    /// Takes all that have come, so that whoever brings a thousand meets nobody at the lock.
    /// - Returns: false if there is none; the next one schedules the executor again.
    private func take() -> Bool {
        taken.jobs.removeAll(keepingCapacity: taken.jobs.capacity < 4096)
        taken.next = 0
        return state.withLock { state in
            swap(&state.jobs, &taken.jobs)
            state.isScheduled = !taken.jobs.isEmpty
            return state.isScheduled
        }
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
