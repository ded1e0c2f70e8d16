import Glibc

/// Standard output and standard error of this process.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes the text whole, blocking; what cannot be written is lost.
    package func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let result = rest.withUnsafeBytes { bytes in
                transferred { Glibc.write(rawValue, bytes.baseAddress, bytes.count) }
            }
            switch result {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock:
                // Somebody else made the terminal non-blocking.
                var poll = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            case .end, .failed: return
            }
        }
    }
}
