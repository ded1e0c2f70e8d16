/// How often each value is in use: the first use adds something, the last one removes it.
struct Counts<Value: Hashable & Sendable>: Sendable {
    private(set) var counts: [Value: Int] = [:]

    /// So many values are to come.
    mutating func reserve(_ count: Int) { counts.reserveCapacity(count) }

    mutating func add(_ value: Value, isFirst: (Value) -> Void = { _ in }) {
        let count = Self.increment(&counts[value, default: 0])
        if count == 1 { isFirst(value) }
    }

    private static func increment(_ count: inout Int) -> Int {
        count += 1
        return count
    }

    mutating func remove(_ value: Value, wasLast: (Value) -> Void = { _ in }) {
        guard let count = counts[value] else { return }
        counts[value] = count == 1 ? nil : count - 1
        if count == 1 { wasLast(value) }
    }

    /// One use ends and another begins.
    mutating func move(
        from old: Value?, to new: Value?, added: (Value) -> Void, removed: (Value) -> Void
    ) {
        guard old != new else { return }
        if let new { add(new, isFirst: added) }
        if let old { remove(old, wasLast: removed) }
    }
}
