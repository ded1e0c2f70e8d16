import Glibc

/// The few file operations that namespaces and /proc need, by path.
package enum FileSystem {
    /// The whole content. Files of /proc have no size: it is read until the end.
    package static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = OwnedDescriptor(
            owning: try checked("open \(path)") { open(path, O_RDONLY | O_CLOEXEC) })
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            switch buffer.withUnsafeMutableBytes({ descriptor.read(into: $0) }) {
            case .bytes(let count): bytes += buffer[..<count]
            case .end, .wouldBlock: return bytes
            case .failed(let errno): throw SystemError(errno, "read \(path)")
            }
        }
    }

    /// The content as text without surrounding white space; bytes that are no UTF-8 are repaired.
    package static func readText(_ path: String) throws(SystemError) -> String {
        let bytes = try read(path)
        let isBlank = { (byte: UInt8) in byte <= 0x20 }
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
        return String(decoding: bytes[..<end].drop(while: isBlank), as: UTF8.self)
    }

    /// Replaces the content in one write: also right for /proc/sys.
    package static func write(
        _ text: String, to path: String, mode: UInt32 = 0o644, creating: Bool = true
    ) throws(SystemError) {
        let flags = O_WRONLY | O_CLOEXEC | O_TRUNC | (creating ? O_CREAT : 0)
        let descriptor = OwnedDescriptor(
            owning: try checked("open \(path)") { open(path, flags, mode) })
        let result = Array(text.utf8).withUnsafeBytes { descriptor.write($0) }
        switch result {
        case .bytes(text.utf8.count), .end: return
        case .failed(let errno): throw SystemError(errno, "write \(path)")
        case .bytes, .wouldBlock: throw SystemError(Errno(rawValue: EIO), "write \(path)")
        }
    }

    /// Makes a directory and those above it; one that is there stays as it is.
    package static func makeDirectories(
        _ path: String, mode: UInt32 = 0o755
    ) throws(SystemError) {
        var current = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            current += "/" + part
            let step = current
            guard mkdir(step, mode) != 0, Errno.current != .alreadyExists else { continue }
            // Under a read-only directory that is there, mkdir says EROFS first.
            guard access(step, F_OK) != 0 else { continue }
            throw SystemError(.current, "mkdir \(step)")
        }
    }

    /// Removes a file, a symbolic link or an empty directory; what is gone already is no error.
    package static func remove(_ path: String) throws(SystemError) {
        do {
            try checked("remove \(path)") { Glibc.remove(path) }
        } catch {
            if error.errno != .noSuchEntry { throw error }
        }
    }

    /// The names in a directory, sorted; none if the directory is not there.
    package static func list(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A file, not a directory, that this process may execute.
    package static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            && access(path, X_OK) == 0
    }

    /// Makes a symbolic link; one that is there is replaced.
    package static func link(_ path: String, to target: String) throws(SystemError) {
        try remove(path)
        try checked("symlink \(path)") { symlink(target, path) }
    }
}
