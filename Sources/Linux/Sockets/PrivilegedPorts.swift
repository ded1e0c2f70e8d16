package import Addresses
import Glibc

/// The ports that need CAP_NET_BIND_SERVICE.
package enum PrivilegedPorts {
    package static let settingPath = "/proc/sys/net/ipv4/ip_unprivileged_port_start"

    /// The lowest port that anybody may bind; 1024, the kernel's default, where it cannot be read.
    package static var firstUnprivileged: Port {
        guard let raw = try? checked("open", { open(settingPath, O_RDONLY | O_CLOEXEC) }) else {
            return 1024
        }
        let descriptor = OwnedDescriptor(owning: raw)
        var text = [UInt8](repeating: 0, count: 16)
        guard case .bytes(let count) = text.withUnsafeMutableBytes({ descriptor.read(into: $0) })
        else { return 1024 }
        let digits = text.prefix(count).prefix { (0x30...0x39).contains($0) }
        return Port(String(decoding: digits, as: UTF8.self)) ?? 1024
    }
}
