import CLinux
import Glibc

/// CLOCK_MONOTONIC, read at the edge and passed on as an argument.
package enum MonotonicTime {
    /// Nanoseconds since some fixed moment.
    package static var nanoseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
