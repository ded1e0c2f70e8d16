import Glibc

/// What this process may do on this host.
package enum Host {
    /// A capability of capabilities(7); the raw value is its bit.
    package enum Capability: Int, Sendable {
        case netBindService = 10
        case netAdmin = 12
        case sysAdmin = 21
    }

    /// Whether this process has the capability effectively.
    package static func has(_ capability: Capability) -> Bool {
        guard let status = try? PrivateFile.read("/proc/self/status") else { return false }
        let text = String(decoding: status, as: UTF8.self)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let bits = UInt64(line.split(separator: "\t").last ?? "", radix: 16)
        else { return false }
        return bits >> UInt64(capability.rawValue) & 1 == 1
    }

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
}
