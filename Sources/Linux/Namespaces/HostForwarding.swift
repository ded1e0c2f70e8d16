package import Addresses

/// The host's switches without which packets do not pass from Pod to Pod.
package enum HostForwarding {
    /// Turns forwarding on for the families; returns a sentence for each switch that it changed. An error names
    /// the switch and the remedy.
    ///
    /// A host that forwards IPv6 stops listening to router advertisements, and loses its own default route, unless
    /// `accept_ra` is 2: interfaces that listened go on listening.
    package static func enable(
        _ families: Set<IPFamily>, sysctls root: String = "/proc/sys/net"
    ) throws(HostForwardingError) -> [String] {
        var changes: [String] = []
        if families.contains(.ipv4) {
            changes += try set("ipv4/ip_forward", to: "1", in: root)
        }
        if families.contains(.ipv6), FileSystem.exists("\(root)/ipv6/conf/all/forwarding") {
            if (try? FileSystem.readText("\(root)/ipv6/conf/all/forwarding")) == "0" {
                for interface in FileSystem.list("\(root)/ipv6/conf") where interface != "lo" {
                    let name = "ipv6/conf/\(interface)/accept_ra"
                    guard (try? FileSystem.readText("\(root)/\(name)")) == "1" else { continue }
                    changes += try set(name, to: "2", in: root)
                }
            }
            changes += try set("ipv6/conf/all/forwarding", to: "1", in: root)
        }
        return changes
    }

    private static func set(
        _ name: String, to value: String, in root: String
    ) throws(HostForwardingError) -> [String] {
        let path = "\(root)/\(name)"
        // The dots of a VLAN's name stand for themselves: sysctl(8) takes slashes as well.
        let key = "net/\(name)"
        do throws(SystemError) {
            guard try FileSystem.readText(path) != value else { return [] }
            try FileSystem.write(value, to: path, creating: false)
            return ["set \(key) to \(value)"]
        } catch {
            throw HostForwardingError(key: key, value: value, cause: error)
        }
    }
}

/// A switch of the host that could not be set.
package struct HostForwardingError: Error, Sendable, CustomStringConvertible {
    package let key: String
    package let value: String
    package let cause: SystemError

    package var description: String {
        "Pods reach each other only if the host forwards packets, and \(key) could not be set to "
            + "\(value) (\(cause.errno)): run `sysctl -w \(key)=\(value)` on the host"
    }
}
