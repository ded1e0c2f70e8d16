import NIOCore
import NIOPosix

/// Runs tasks on the thread of an event loop: a connection is read, its request carried out and the answer written
/// without a change of threads, and an event reaches all watches of a loop with one wake-up. What computes for long
/// goes to the global executor (see `ResourceRoutes`).
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    private init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }

    /// One for each loop of the process's group; like that they are never released.
    private static let all: [ObjectIdentifier: EventLoopExecutor] = {
        var all: [ObjectIdentifier: EventLoopExecutor] = [:]
        for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
            all[ObjectIdentifier(loop)] = EventLoopExecutor(loop)
        }
        return all
    }()

    /// nil for a loop of another group.
    static func of(_ loop: any EventLoop) -> EventLoopExecutor? { all[ObjectIdentifier(loop)] }
}
