import Wire

/// Takes elements that are to be in the kernel, or no longer: a batch, or a plain collection to compare with.
protocol ElementSink {
    mutating func add(_ element: NFTables.Element, to set: SetName)
    mutating func remove(_ element: NFTables.Element, from set: SetName)
}

extension NFTables.Batch: ElementSink {
    mutating func add(_ element: NFTables.Element, to set: SetName) {
        add(element, to: set.text)
    }

    mutating func remove(_ element: NFTables.Element, from set: SetName) {
        remove(element, from: set.text)
    }
}

/// The elements of sets as a value.
struct TableContent: Equatable, ElementSink, Sendable {
    struct Key: Hashable, Sendable {
        var key: NFTables.Value
        var lastKey: NFTables.Value?
        var isIntervalEnd = false

        init(_ element: NFTables.Element) {
            key = element.key
            lastKey = element.lastKey
            isIntervalEnd = element.isIntervalEnd
        }
    }

    private(set) var sets: [SetName: [Key: NFTables.ElementData?]] = [:]

    mutating func add(_ element: NFTables.Element, to set: SetName) {
        sets[set, default: [:]][Key(element)] = .some(element.data)
    }

    mutating func remove(_ element: NFTables.Element, from set: SetName) {
        sets[set]?.removeValue(forKey: Key(element))
    }

    subscript(_ set: SetName) -> [Key: NFTables.ElementData?] { sets[set] ?? [:] }

    /// The element of a key as a batch wants it.
    static func element(_ key: Key, _ data: NFTables.ElementData?) -> NFTables.Element {
        var element = NFTables.Element(key.key, lastKey: key.lastKey, data: data)
        element.isIntervalEnd = key.isIntervalEnd
        return element
    }
}
