package import Addresses

/// A consistent hash table: the same client meets the same backend, on every node, and a change of the backends
/// moves few other clients. Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
/// Balancer", NSDI 2016, section 3.4; weights as turns that are skipped.
package struct MaglevTable: Sendable {
    /// Primes. The smaller one keeps the error of a share under 1 % for up to 160 equal backends.
    package static let smallSize = 16381
    package static let largeSize = 131_071

    /// For each entry the member that owns it.
    package let entries: [UInt16]

    /// `members` and their weights, which are at least 1; at most 65,535 members.
    /// - Parameter size: a prime, not less than there are members; nil: chosen by their number.
    package init(_ members: [(backend: IPSocketAddress, weight: UInt16)], size: Int? = nil) {
        precondition(!members.isEmpty && members.count <= 65535)
        let chosen = size ?? (members.count <= 160 ? Self.smallSize : Self.largeSize)
        precondition(chosen >= members.count)
        entries = Self.filled(members, size: chosen)
    }

    /// The member for a client.
    package func pick(for client: IPAddress) -> Int {
        Int(entries[Self.entry(of: client, size: entries.count)])
    }

    /// The members in the order in which they follow one another after the client's own entry.
    func pick(for client: IPAddress, _ isUsable: (Int) -> Bool) -> Int? {
        var entry = Self.entry(of: client, size: entries.count)
        for _ in entries {
            if isUsable(Int(entries[entry])) { return Int(entries[entry]) }
            entry = entry + 1 == entries.count ? 0 : entry + 1
        }
        return nil
    }

    private static func entry(of client: IPAddress, size: Int) -> Int {
        Int(mixed(client.high, client.low, seed: 0x706F_696E_7473).multipliedHigh(by: UInt64(size)))
    }

    private static func filled(
        _ members: [(backend: IPSocketAddress, weight: UInt16)], size: Int
    ) -> [UInt16] {
        let free = UInt16.max
        var entries = [UInt16](repeating: free, count: size)
        var next: [Int] = []
        var skips: [Int] = []
        for (backend, _) in members {
            let high = backend.address.high ^ UInt64(backend.port) << 48
            next.append(Int(mixed(high, backend.address.low, seed: 1) % UInt64(size)))
            skips.append(Int(mixed(high, backend.address.low, seed: 2) % UInt64(size - 1)) + 1)
        }
        let heaviest = members.reduce(1) { max($0, UInt64($1.weight)) }
        var credit = [UInt64](repeating: 0, count: members.count)
        var filled = 0
        while true {
            for member in members.indices {
                // A member takes its turn each time its weights add up to the heaviest one's.
                credit[member] += UInt64(members[member].weight)
                if credit[member] < heaviest { continue }
                credit[member] -= heaviest
                var entry = next[member]
                while entries[entry] != free {
                    entry += skips[member]
                    if entry >= size { entry -= size }
                }
                entries[entry] = UInt16(member)
                entry += skips[member]
                next[member] = entry >= size ? entry - size : entry
                filled += 1
                if filled == size { return entries }
            }
        }
    }

    /// The same on every machine and in every run, unlike Swift's Hasher.
    private static func mixed(_ high: UInt64, _ low: UInt64, seed: UInt64) -> UInt64 {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        for word in [high, low] {
            state ^= word
            state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
            state ^= state >> 31
        }
        return state
    }
}

extension UInt64 {
    fileprivate func multipliedHigh(by other: UInt64) -> UInt64 {
        multipliedFullWidth(by: other).high
    }
}
