package import Addresses
import Linux
import Synchronization

/// The addresses of this host's interfaces: whoever connects from one of them is this host.
package enum OwnAddresses {
    /// How long an answer is good: a table may change a thousand times a second, and the kernel's list costs more than
    /// the change.
    private static let lifetime: UInt64 = 1_000_000_000

    /// The addresses as they were at most a second ago.
    package static func recent() -> @Sendable () -> Set<IPAddress> {
        let known = RecentAddresses()
        return { known.addresses(now: MonotonicTime.nanoseconds, lifetime: lifetime, current) }
    }

    /// As the kernel has them now, in the namespace of this process; none where it does not say.
    package static func current() -> Set<IPAddress> {
        guard var stack = try? NetworkStack(), let addresses = try? stack.addresses() else {
            return []
        }
        return Set(addresses.map(\.address))
    }
}

/// The last answer and when it was given.
final class RecentAddresses: Sendable {
    private let last = Mutex<(addresses: Set<IPAddress>, time: UInt64)?>(nil)

    /// - Parameter read: asked where the last answer is too old.
    func addresses(
        now: UInt64, lifetime: UInt64, _ read: () -> Set<IPAddress>
    ) -> Set<IPAddress> {
        last.withLock { last in
            if let last, now - last.time < lifetime { return last.addresses }
            let addresses = read()
            last = (addresses, now)
            return addresses
        }
    }
}
