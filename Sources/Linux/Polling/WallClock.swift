import CLinux
import Glibc

/// CLOCK_REALTIME, read at the edge and passed on as an argument.
package enum WallClock {
    /// The time since 1970-01-01T00:00:00Z.
    package static var sinceEpoch: Duration {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}
