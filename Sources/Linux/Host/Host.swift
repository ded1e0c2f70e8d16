import Glibc

/// This host, and what this process is on it.
package enum Host {
    /// The effective user is root.
    package static var isRoot: Bool { geteuid() == 0 }

    /// The kernel's name of this host, up to its first dot, in lower case.
    package static var name: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let full = String(decoding: bytes, as: UTF8.self)
        return String(full.prefix { $0 != "." }).lowercased()
    }

    /// Whether interfaces may have IPv6 addresses: the module is there and not switched off.
    package static var hasIPv6: Bool {
        let path = "/proc/sys/net/ipv6/conf/all/disable_ipv6"
        return (try? PrivateFile.read(path))??.first == UInt8(ascii: "0")
    }

    /// An environment variable; nil if it is not set.
    package static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All environment variables.
    package static var environment: [String: String] {
        var all: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return all
    }
}
