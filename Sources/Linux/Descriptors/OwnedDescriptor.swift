import Glibc

/// A file descriptor with one owner; it is closed when the owner lets go of it.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// For calls and for logs; never to be closed by the reader.
    package let raw: Int32

    /// Takes over a descriptor that nobody else will close.
    package init(owning raw: Int32) {
        precondition(raw >= 0)
        self.raw = raw
    }

    deinit {
        // Linux releases the descriptor also when close answers EINTR: it must not be repeated.
        _ = Glibc.close(raw)
    }

    /// Hands the descriptor over to a caller that will close it.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }

    /// A second descriptor of the same open file, closed on exec.
    package func duplicate() throws(SystemError) -> OwnedDescriptor {
        let raw = raw
        return OwnedDescriptor(
            owning: try checked("fcntl F_DUPFD_CLOEXEC") { fcntl(raw, F_DUPFD_CLOEXEC, 0) })
    }

    /// read(2); the descriptor is expected not to block.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        let raw = raw
        return transferred { Glibc.read(raw, buffer.baseAddress, buffer.count) }
    }

    /// write(2); the descriptor is expected not to block.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        let raw = raw
        return transferred { Glibc.write(raw, bytes.baseAddress, bytes.count) }
    }
}
