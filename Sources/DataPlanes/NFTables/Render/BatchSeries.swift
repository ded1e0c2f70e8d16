import Wire

/// Batches one after another, closed when they are large.
///
/// Each may be twice as large as the one before. The kernel's hash tables are enlarged, to twice their size, by a worker that
/// does not run before a batch is done: in one that holds many times what is there already, they become lists, and
/// half of the kernel's time goes into walking them (Linux 6.18, lib/rhashtable.c).
struct BatchSeries: ElementSink {
    private static let firstSize = 64 << 10

    private let layout: NFTablesLayout
    var batch: NFTables.Batch
    private let largest: Int
    private var limit: Int
    /// What the batch calls the sets.
    private var numbers: [SetName: Int] = [:]
    private var last: (set: SetName, number: Int)?

    init(_ layout: NFTablesLayout, batchSize: Int) {
        self.layout = layout
        batch = NFTables.Batch(layout.family, table: NFTablesLayout.table)
        largest = batchSize
        limit = batchSize == .max ? .max : min(batchSize, Self.firstSize)
    }

    var isFull: Bool { batch.size > limit }

    /// Takes the batch and begins the next.
    mutating func close() -> NFTables.Batch {
        if isFull { limit = min(largest, limit > largest / 2 ? largest : 2 * limit) }
        numbers = [:]
        last = nil
        defer { batch = NFTables.Batch(layout.family, table: NFTablesLayout.table) }
        return batch
    }

    mutating func add(_ element: NFTables.Element, to set: SetName) {
        batch.add(element, toNumber: number(of: set))
    }

    mutating func remove(_ element: NFTables.Element, from set: SetName) {
        batch.remove(element, fromNumber: number(of: set))
    }

    private mutating func number(of set: SetName) -> Int {
        if let last, last.set == set { return last.number }
        let number = numbers[set] ?? batch.number(of: set.text)
        numbers[set] = number
        last = (set, number)
        return number
    }
}
