import Glibc

/// This process's own output.
package enum StandardOutput {
    /// Hands over what is buffered: a pipe's reader sees it at once.
    package static func flush() { fflush(nil) }

    /// Somebody watches: colours and progress are welcome.
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
