package import Addresses
import Linux

/// The addresses of this host's interfaces: whoever connects from one of them is this host.
package enum OwnAddresses {
    /// As the kernel has them now, in the namespace of this process; none where it does not say.
    package static func current() -> Set<IPAddress> {
        guard var stack = try? NetworkStack(), let addresses = try? stack.addresses() else {
            return []
        }
        return Set(addresses.map(\.address))
    }
}
