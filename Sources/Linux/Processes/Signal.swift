import CLinux
import Glibc

/// A signal of signal(7).
package struct Signal: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let hangUp = Signal(rawValue: SIGHUP)
    package static let interrupt = Signal(rawValue: SIGINT)
    package static let kill = Signal(rawValue: SIGKILL)
    package static let terminate = Signal(rawValue: SIGTERM)
    package static let user1 = Signal(rawValue: SIGUSR1)

    /// Sends it to this very process.
    package func raise() { _ = Glibc.kill(getpid(), rawValue) }

    /// From now on these signals do nothing but arrive in the stream. To be called once in a process; a later call
    /// takes the signals away from the stream of the earlier one.
    package static func stream(
        of signals: [Signal]
    ) throws(SystemError) -> AsyncStream<Signal> {
        let pipe = try Pipe()
        let readEnd = try pipe.readEnd.duplicate()
        // Never closed: a handler may run at any time.
        let writeEnd = try pipe.writeEnd.duplicate().release()
        for signal in signals {
            try checked("sigaction") { clinux_signal_to_descriptor(signal.rawValue, writeEnd) }
        }
        let (stream, continuation) = AsyncStream<Signal>.makeStream()
        let reading = Reading(readEnd)
        let task = Task {
            while let bytes = try? await reading.descriptor.readWhenReady(upTo: 64) {
                for byte in bytes { continuation.yield(Signal(rawValue: Int32(byte))) }
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private final class Reading: Sendable {
        let descriptor: OwnedDescriptor
        init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }
    }
}
