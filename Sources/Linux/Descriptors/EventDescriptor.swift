import CLinux
import Glibc

/// Wakes an epoll loop from any thread: eventfd(2).
package struct EventDescriptor: ~Copyable, Sendable {
    package let descriptor: OwnedDescriptor

    package init() throws(SystemError) {
        let flags = Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)
        descriptor = OwnedDescriptor(owning: try checked("eventfd") { eventfd(0, flags) })
    }

    /// Makes the descriptor readable. A full counter is readable already, so no error is possible.
    package func signal() {
        withUnsafeBytes(of: UInt64(1)) { _ = descriptor.write($0) }
    }

    /// Takes all signals since the last time; true if there was one.
    @discardableResult
    package func consume() -> Bool {
        var count: UInt64 = 0
        return withUnsafeMutableBytes(of: &count) { descriptor.read(into: $0) } == .bytes(8)
    }
}
