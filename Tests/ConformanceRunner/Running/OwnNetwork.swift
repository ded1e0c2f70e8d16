import Addresses
import Linux

/// The network namespace that scripts/conformance.sh makes: nothing in it but loopback and the two ends of a veth.
enum OwnNetwork {
    static let nodeInterface = "node0"
    private static let known: Set<String> = ["lo", nodeInterface, "node1", "sit0", "ip6tnl0"]

    /// Whether this process is in such a namespace, so that servers may take routes and ports as they like.
    static var isHere: Bool {
        do {
            var stack = try NetworkStack()
            let names = try stack.interfaces().map(\.name)
            return names.contains(nodeInterface) && names.allSatisfy { isKnown($0) }
        } catch {
            return false
        }
    }

    /// Gives this host addresses that it has not.
    static func add(_ addresses: [String]) throws {
        guard !addresses.isEmpty else { return }
        var stack = try NetworkStack()
        guard let loopback = try stack.interface(named: "lo") else { return }
        for address in addresses.compactMap({ IPAddress($0) }) {
            try stack.addAddress(
                address, prefixLength: address.family.bits, to: Int32(loopback.index))
        }
    }

    /// Tunnels that the kernel makes in every namespace, and what `up` makes for Pods.
    private static func isKnown(_ name: String) -> Bool {
        known.contains(name)
            || ["tun", "gre", "erspan", "ip_vti", "ip6"].contains { name.hasPrefix($0) }
    }
}
