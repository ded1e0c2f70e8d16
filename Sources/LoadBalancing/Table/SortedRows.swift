/// A few values by their keys, in the order of the keys. There is one of these for every Service, mostly with one row:
/// a dictionary would take twice the memory.
struct SortedRows<Key: Comparable & Hashable & Sendable, Value: Equatable & Sendable>: Sendable {
    private let rows: [(key: Key, value: Value)]

    init(_ values: [Key: Value] = [:]) {
        rows = values.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    var keys: some Sequence<Key> { rows.lazy.map(\.key) }

    subscript(key: Key) -> Value? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].key == key ? rows[low].value : nil
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
