/// A capability of capabilities(7), by its number.
package enum Capability: Int, Sendable {
    /// CAP_NET_ADMIN: interfaces, routes, addresses.
    case netAdmin = 12
    /// CAP_SYS_ADMIN: namespaces and mounts.
    case sysAdmin = 21

    /// True if it is in this process's effective set.
    package var isHeld: Bool {
        guard let status = try? FileSystem.readText("/proc/self/status") else { return false }
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst(7).drop { $0 == "\t" || $0 == " " }
            return UInt64(digits, radix: 16).map { $0 >> rawValue & 1 == 1 } ?? false
        }
        return false
    }
}
