/// A system call that failed, and why.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package let errno: Errno
    /// The call's name as in its manual page, with what it was about where that helps: `bind 10.0.0.1:80`.
    package let call: String

    package init(_ errno: Errno, _ call: String) {
        self.errno = errno
        self.call = call
    }

    /// `bind 10.0.0.1:80: EADDRINUSE, Address already in use`.
    package var description: String { "\(call): \(errno)" }
}
