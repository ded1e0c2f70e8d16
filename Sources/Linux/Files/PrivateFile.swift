import Glibc

/// Files that only their owner may read: keys, credentials, the data directory itself.
package enum PrivateFile {
    /// Makes a directory of mode 0700 and the missing ones above it (0755). One that is there keeps its mode.
    package static func createDirectory(_ path: String) throws(SystemError) {
        var prefix = path.hasPrefix("/") ? "" : "."
        let parts = path.split(separator: "/")
        for (index, part) in parts.enumerated() {
            prefix += "/" + part
            let mode: mode_t = index == parts.count - 1 ? 0o700 : 0o755
            if mkdir(prefix, mode) != 0, Errno.current != .alreadyExists {
                throw SystemError(Errno.current, "mkdir \(prefix)")
            }
        }
    }

    /// The path with no symbolic link and no dots in it; as given if it does not exist.
    package static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Writes a file so that a reader sees the old or the new content whole, also after a crash: a new file of mode
    /// 0600 beside it, flushed, then renamed over it.
    package static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let temporary = "\(path).new"
        if unlink(temporary) != 0, Errno.current != .noSuchEntry {
            throw SystemError(Errno.current, "unlink \(temporary)")
        }
        let file = OwnedDescriptor(
            owning: try checked("open \(temporary)") {
                open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            })
        var written = 0
        while written < bytes.count {
            written += try checked("write \(temporary)") {
                bytes.withUnsafeBytes { buffer in
                    Glibc.write(
                        file.raw, buffer.baseAddress! + written, bytes.count - written)
                }
            }
        }
        try checked("fsync \(temporary)") { fsync(file.raw) }
        try checked("rename \(temporary)") { rename(temporary, path) }
    }

    /// The content of a file; nil if there is none.
    /// - Parameter limit: bytes; a longer file is an error.
    package static func read(
        _ path: String, limit: Int = 16 << 20
    ) throws(SystemError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if Errno.current == .noSuchEntry { return nil }
            throw SystemError(Errno.current, "open \(path)")
        }
        let file = OwnedDescriptor(owning: descriptor)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = try checked("read \(path)") {
                chunk.withUnsafeMutableBytes { Glibc.read(file.raw, $0.baseAddress, $0.count) }
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            if bytes.count > limit { throw SystemError(.messageTooLong, "read \(path)") }
        }
    }
}
