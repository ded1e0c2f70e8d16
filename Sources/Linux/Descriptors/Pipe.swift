import CLinux
import Glibc

/// A pipe whose ends do not block: what splice(2) moves bytes through.
package struct Pipe: ~Copyable, Sendable {
    package let readEnd: OwnedDescriptor
    package let writeEnd: OwnedDescriptor
    /// In bytes, as the kernel gave it.
    package let capacity: Int

    /// Asks for `capacity` bytes. A user over `pipe-user-pages-soft` gets EPERM for it, and keeps the
    /// kernel's own size: 64 KB, or 8 KB when there are many pipes.
    package init(capacity wanted: Int = 65536) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        try checked("pipe2") { clinux_pipe2_nonblocking(&ends) }
        readEnd = OwnedDescriptor(owning: ends[0])
        writeEnd = OwnedDescriptor(owning: ends[1])
        var given = Int32(-1)
        var asked = Int32(clamping: wanted)
        while given < 0 && asked > 65536 {
            given = clinux_set_pipe_size(ends[1], asked)
            asked /= 2
        }
        if given < 0 { given = fcntl(ends[1], 1032) }  // F_GETPIPE_SZ
        capacity = given > 0 ? Int(given) : 4096
    }
}

extension OwnedDescriptor {
    /// splice(2): moves up to `count` bytes to `target` without copying; one of the two is a pipe's end.
    /// `more` announces that further bytes follow at once.
    package func splice(
        to target: borrowing OwnedDescriptor, count: Int, more: Bool = false
    ) -> Transfer {
        let (from, to) = (raw, target.raw)
        return transferred { clinux_splice(from, to, count, more ? 1 : 0) }
    }
}
