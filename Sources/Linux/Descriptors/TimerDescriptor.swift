import CLinux
import Glibc

/// A timer that an epoll loop waits for: timerfd(2) on the monotonic clock.
package struct TimerDescriptor: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    package init() throws(SystemError) {
        let flags = Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK)
        descriptor = OwnedDescriptor(
            owning: try checked("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, flags) })
    }

    /// Fires once after `delay`, and then each `interval` where there is one; nil for `delay` stops it.
    package func set(after delay: Duration?, every interval: Duration? = nil) throws(SystemError) {
        var setting = itimerspec()
        if let delay {
            // Zero would stop the timer.
            setting.it_value = timespec(delay > .zero ? delay : .nanoseconds(1))
            if let interval { setting.it_interval = timespec(interval) }
        }
        let raw = descriptor.raw
        try checked("timerfd_settime") { timerfd_settime(raw, 0, &setting, nil) }
    }

    /// How often it fired since the last time it was asked.
    package func consume() -> UInt64 {
        var count: UInt64 = 0
        let result = withUnsafeMutableBytes(of: &count) { descriptor.read(into: $0) }
        return result == .bytes(8) ? count : 0
    }
}

extension timespec {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
