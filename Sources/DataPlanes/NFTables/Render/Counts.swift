import Addresses

/// How often each value is in use: the first use adds something, the last one removes it.
struct Counts<Value: Hashable & Sendable>: Sendable {
    private(set) var counts: [Value: Int32] = [:]

    /// So many values are to come.
    mutating func reserve(_ count: Int) { counts.reserveCapacity(count) }

    mutating func add(_ value: Value, isFirst: (Value) -> Void = { _ in }) {
        let count = Self.increment(&counts[value, default: 0])
        if count == 1 { isFirst(value) }
    }

    private static func increment(_ count: inout Int32) -> Int32 {
        count += 1
        return count
    }

    mutating func remove(_ value: Value, wasLast: (Value) -> Void = { _ in }) {
        guard let count = counts[value] else { return }
        counts[value] = count == 1 ? nil : count - 1
        if count == 1 { wasLast(value) }
    }
}

/// Counts of the addresses of one family. There are very many, and an IPv4 address is a third of an `IPAddress`.
struct AddressCounts: Sendable {
    private var ipv4 = Counts<UInt32>()
    private var ipv6 = Counts<IPAddress>()

    /// So many addresses of a family are to come.
    mutating func reserve(_ count: Int, _ family: IPFamily) {
        switch family {
        case .ipv4: ipv4.reserve(count)
        case .ipv6: ipv6.reserve(count)
        }
    }

    /// - Returns: whether this is the first use.
    mutating func add(_ address: IPAddress) -> Bool {
        var isFirst = false
        switch address.family {
        case .ipv4: ipv4.add(UInt32(truncatingIfNeeded: address.low)) { _ in isFirst = true }
        case .ipv6: ipv6.add(address) { _ in isFirst = true }
        }
        return isFirst
    }

    /// - Returns: whether this was the last use.
    mutating func remove(_ address: IPAddress) -> Bool {
        var wasLast = false
        switch address.family {
        case .ipv4: ipv4.remove(UInt32(truncatingIfNeeded: address.low)) { _ in wasLast = true }
        case .ipv6: ipv6.remove(address) { _ in wasLast = true }
        }
        return wasLast
    }
}
