import Wire

/// A set or map of the FakeKernel: of single keys, of intervals (net/netfilter/nft_set_rbtree.c), or of concatenated
/// intervals (nft_set_pipapo.c).
struct FakeSet: Sendable {
    /// An interval may begin where another one ends.
    struct Key: Hashable, Sendable {
        var value: NFTables.Value
        var isEnd: Bool
    }

    struct Entry: Sendable {
        var element: NFTables.Element
        /// nil: it stays.
        var expires: UInt64?
    }

    enum Kind: Sendable {
        case keys, intervals
        /// Bytes of each part.
        case concatenatedIntervals([Int])
    }

    let record: NFTables.SetRecord
    let kind: Kind
    private var entries: [Key: Entry] = [:]

    /// - Parameter parts: the lengths of a concatenation's parts, as its description gives them.
    init(_ record: NFTables.SetRecord, parts: [Int]) throws(FakeErrno) {
        self.record = record
        guard (1...64).contains(record.keyLength) else { throw .invalid }
        guard record.flags.contains(.map) == (record.dataType != nil) else { throw .invalid }
        if record.dataType != nil, !(1...64).contains(record.dataLength ?? 0) { throw .invalid }
        switch (record.flags.contains(.interval), record.flags.contains(.concatenation)) {
        case (true, true):
            let padded = parts.reduce(0) { $0 + ($1 + 3) / 4 * 4 }
            guard padded == Int(record.keyLength) else { throw .invalid }
            kind = .concatenatedIntervals(parts)
        case (true, false): kind = .intervals
        case (false, false): kind = .keys
        case (false, true): throw .invalid
        }
    }

    var hasVerdicts: Bool { record.dataType == 0xFFFF_FF00 }

    /// Chains that verdicts lead to.
    var targets: [String] {
        guard hasVerdicts else { return [] }
        return entries.values.compactMap {
            if case .verdict(let verdict)? = $0.element.data { verdict.target } else { nil }
        }
    }

    /// The elements as they are listed, in no order.
    func living(_ now: UInt64) -> [NFTables.Element] {
        entries.values.filter { $0.isAlive(now) }.map { entry in
            var element = entry.element
            element.expiration = entry.expires.map { $0 - now }
            return element
        }
    }

    /// In the order of their keys; at one place an end comes before a beginning.
    private func ordered(_ now: UInt64) -> [NFTables.Element] {
        living(now).sorted {
            $0.key == $1.key
                ? $0.isIntervalEnd && !$1.isIntervalEnd : $0.key.precedes($1.key)
        }
    }

    mutating func removeAll() { entries = [:] }
}

extension FakeSet.Entry {
    func isAlive(_ now: UInt64) -> Bool { expires.map { $0 > now } ?? true }
}

extension NFTables.Value {
    /// In the order of the bytes.
    func precedes(_ other: NFTables.Value) -> Bool { bytes.lexicographicallyPrecedes(other.bytes) }
}

// MARK: Packets

extension FakeSet {
    func find(_ key: NFTables.Value, _ now: UInt64) -> NFTables.Element? {
        switch kind {
        case .keys: return living(Key(value: key, isEnd: false), now)?.element
        case .intervals:
            let before = ordered(now).filter { !key.precedes($0.key) }
            // Of an end and a beginning at one place the beginning counts.
            let nearest = before.last.map { last in before.filter { $0.key == last.key } } ?? []
            return nearest.first { !$0.isIntervalEnd }
        case .concatenatedIntervals(let parts):
            return entries.values.first { $0.isAlive(now) && $0.element.contains(key, parts) }?
                .element
        }
    }

    /// A rule adds an element or renews it; its data stays. False if there is no room.
    mutating func update(
        _ key: NFTables.Value, _ data: NFTables.Value?, timeout: UInt64, _ now: UInt64
    ) -> Bool {
        let place = Key(value: key, isEnd: false)
        let expires = timeout == 0 ? nil : now + timeout
        if living(place, now) != nil {
            entries[place]?.expires = expires
            return true
        }
        guard hasRoom(now) else { return false }
        var element = NFTables.Element(key, data: data.map { .value($0) })
        element.timeout = timeout
        entries[place] = Entry(element: element, expires: expires)
        return true
    }

    private func living(_ key: Key, _ now: UInt64) -> Entry? {
        entries[key].flatMap { $0.isAlive(now) ? $0 : nil }
    }

    private func hasRoom(_ now: UInt64) -> Bool {
        guard let size = record.size, size > 0 else { return true }
        return entries.count < size || living(now).count < size
    }
}

// MARK: Batches

extension FakeSet {
    mutating func add(
        _ element: NFTables.Element, isExclusive: Bool, _ now: UInt64
    ) throws(FakeErrno) {
        try check(element)
        if let there = try clash(element, now) {
            guard there.data == element.data, !isExclusive else { throw .exists }
            return
        }
        guard hasRoom(now) else { throw .full }
        entries[Key(value: element.key, isEnd: element.isIntervalEnd)] = Entry(
            element: element, expires: element.timeout.map { now + $0 })
    }

    mutating func remove(_ element: NFTables.Element, _ now: UInt64) throws(FakeErrno) {
        try checkKey(element)
        var place = Key(value: element.key, isEnd: element.isIntervalEnd)
        if case .concatenatedIntervals = kind, let found = find(element.key, now) {
            // The last key is not looked at, nor whether the first one is the first.
            place.value = found.key
        }
        guard living(place, now) != nil else { throw .noSuchEntry }
        entries[place] = nil
    }

    private func check(_ element: NFTables.Element) throws(FakeErrno) {
        try checkKey(element)
        let needsData = record.flags.contains(.map) && !element.isIntervalEnd
        guard needsData == (element.data != nil) else { throw .invalid }
        switch element.data {
        case .value(let value)?:
            guard !hasVerdicts, value.count == Int(record.dataLength ?? 0) else { throw .invalid }
        case .verdict?: guard hasVerdicts else { throw .invalid }
        case nil: break
        }
        guard element.timeout == nil || record.flags.contains(.timeout) else { throw .invalid }
    }

    private func checkKey(_ element: NFTables.Element) throws(FakeErrno) {
        let length = Int(record.keyLength)
        guard element.key.count == length, element.lastKey.map({ $0.count == length }) ?? true
        else { throw .invalid }
        switch kind {
        case .keys:
            guard element.lastKey == nil, !element.isIntervalEnd else { throw .invalid }
        case .intervals: guard element.lastKey == nil else { throw .invalid }
        case .concatenatedIntervals: guard !element.isIntervalEnd else { throw .invalid }
        }
    }

    /// The element that is there already; throws for one that overlaps without being the same.
    private func clash(
        _ new: NFTables.Element, _ now: UInt64
    ) throws(FakeErrno) -> NFTables.Element? {
        switch kind {
        case .keys: return living(Key(value: new.key, isEnd: false), now)?.element
        case .intervals: return try intervalClash(new, now)
        case .concatenatedIntervals(let parts):
            let last = new.lastKey ?? new.key
            guard new.isRange(parts) else { throw .invalid }
            for there in living(now) where there.contains(new.key, parts) {
                if there.key == new.key, there.lastKey ?? there.key == last { return there }
                throw .exists
            }
            if living(now).contains(where: { $0.contains(last, parts) }) { throw .exists }
            return nil
        }
    }

    /// `__nft_rbtree_insert`: looks at the nearest neighbours only.
    private func intervalClash(
        _ new: NFTables.Element, _ now: UInt64
    ) throws(FakeErrno) -> NFTables.Element? {
        let all = ordered(now)
        if let same = all.first(where: {
            $0.key == new.key && $0.isIntervalEnd == new.isIntervalEnd
        }) {
            return same
        }
        // At one place an end comes before a beginning.
        let before = all.filter {
            $0.key.precedes(new.key) || $0.key == new.key && !new.isIntervalEnd
        }
        let after = all.filter {
            new.key.precedes($0.key) || $0.key == new.key && new.isIntervalEnd
        }
        if let before = before.last, before.isIntervalEnd == new.isIntervalEnd { throw .exists }
        if let after = after.first, after.isIntervalEnd, new.isIntervalEnd { throw .exists }
        return nil
    }
}

extension NFTables.Element {
    /// Whether each part of the key lies within the interval's.
    fileprivate func contains(_ key: NFTables.Value, _ parts: [Int]) -> Bool {
        let (first, last, key) = (self.key.bytes, (lastKey ?? self.key).bytes, key.bytes)
        var start = 0
        for length in parts {
            let part = start..<start + length
            if key[part].lexicographicallyPrecedes(first[part])
                || last[part].lexicographicallyPrecedes(key[part])
            {
                return false
            }
            start += (length + 3) / 4 * 4
        }
        return true
    }

    /// No part ends before it begins.
    fileprivate func isRange(_ parts: [Int]) -> Bool { contains(key, parts) }
}
