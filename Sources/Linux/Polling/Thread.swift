import CLinux
import Glibc
import Synchronization

/// A thread of our own, for loops that block. Not for use from a closure that is isolated to the main actor:
/// the body runs on the new thread and must not be isolated to anything.
package struct Thread: ~Copyable, Sendable {
    private let handle: pthread_t

    /// Starts `body`. All signals are blocked on the thread: they belong to the main thread, and SIGPIPE, which
    /// splice(2) into a closed socket raises, to nobody. A process that it spawns has to reset its mask.
    package init(named name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var blocked = sigset_t()
        var before = sigset_t()
        sigfillset(&blocked)
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                _ = clinux_set_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        pthread_sigmask(SIG_SETMASK, &before, nil)
        guard result == 0 else {
            start.release()
            throw SystemError(Errno(rawValue: result), "pthread_create")
        }
        handle = thread
    }

    /// sched_yield(2): lets the threads run that wait for this one's processor; returns at once if there are none.
    package static func yield() { sched_yield() }

    /// Keeps the calling thread on a processor, that it runs on if none is named: what the kernel queues for it there
    /// stays in order.
    package static func stayOnProcessor(_ number: Int32 = -1) throws(SystemError) {
        try checked("sched_setaffinity") { clinux_stay_on_processor(number) }
    }

    /// Waits for its end. A thread that nobody joins goes on by itself.
    package consuming func join() {
        pthread_join(handle, nil)
        discard self
    }

    deinit { pthread_detach(handle) }

    private final class Start: Sendable {
        /// The kernel holds 15 bytes.
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = String(name.prefix(15))
            self.body = body
        }
    }
}
