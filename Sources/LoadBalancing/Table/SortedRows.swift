/// A few values by their keys, in the order of the keys. There is one of these for every Service, mostly with one row:
/// a dictionary would take twice the memory.
struct SortedRows<Key: Comparable & Sendable, Value: Equatable & Sendable>: Sendable {
    private var rows: [(key: Key, value: Value)] = []

    init() {}

    var keys: some Sequence<Key> { rows.lazy.map(\.key) }

    /// Setting nil removes the row.
    subscript(key: Key) -> Value? {
        get {
            let place = place(of: key)
            return holds(key, at: place) ? rows[place].value : nil
        }
        set {
            let place = place(of: key)
            switch (holds(key, at: place), newValue) {
            case (true, let value?): rows[place].value = value
            case (true, nil): rows.remove(at: place)
            case (false, let value?): rows.insert((key, value), at: place)
            case (false, nil): break
            }
        }
    }

    private func holds(_ key: Key, at place: Int) -> Bool {
        place < rows.count && rows[place].key == key
    }

    /// Where the key is, or would be.
    private func place(of key: Key) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SortedRows: Sequence {
    func makeIterator() -> IndexingIterator<[(key: Key, value: Value)]> { rows.makeIterator() }
}

extension SortedRows: Equatable {
    static func == (a: SortedRows, b: SortedRows) -> Bool {
        a.rows.elementsEqual(b.rows) { $0.key == $1.key && $0.value == $1.value }
    }
}
