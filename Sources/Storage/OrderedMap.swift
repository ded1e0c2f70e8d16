/// Values by key in the order of the keys, as runs of bounded length: a look-up is two binary searches, an
/// insertion moves one run.
struct OrderedMap<Value: Sendable>: Sendable {
    private static var runLimit: Int { 256 }

    private struct Run: Sendable {
        var keys: [String]
        var values: [Value]
    }

    /// A place between or at elements.
    struct Position {
        fileprivate var run: Int
        fileprivate var index: Int
    }

    /// None is empty.
    private var runs: [Run] = []
    private(set) var count = 0

    subscript(key: String) -> Value? {
        get {
            let position = firstPosition(notBefore: key)
            guard let (found, value) = element(at: position), found == key else { return nil }
            return value
        }
        set {
            let position = firstPosition(notBefore: key)
            let present = element(at: position)?.key == key
            switch (present, newValue) {
            case (true, let value?): runs[position.run].values[position.index] = value
            case (true, nil): remove(at: position)
            case (false, let value?): insert(key, value, at: position)
            case (false, nil): break
            }
        }
    }

    /// Where the first key that is not less than `key` stands.
    func firstPosition(notBefore key: String) -> Position {
        let run = Self.partition(0..<runs.count) { runs[$0].keys[runs[$0].keys.count - 1] < key }
        guard run < runs.count else { return Position(run: run, index: 0) }
        let keys = runs[run].keys
        return Position(run: run, index: Self.partition(0..<keys.count) { keys[$0] < key })
    }

    /// The element at a position; nil at the end.
    func element(at position: Position) -> (key: String, value: Value)? {
        guard position.run < runs.count else { return nil }
        let run = runs[position.run]
        return (run.keys[position.index], run.values[position.index])
    }

    func position(after position: Position) -> Position {
        if position.index + 1 < runs[position.run].keys.count {
            return Position(run: position.run, index: position.index + 1)
        }
        return Position(run: position.run + 1, index: 0)
    }

    private mutating func insert(_ key: String, _ value: Value, at position: Position) {
        count += 1
        guard !runs.isEmpty else {
            runs.append(Run(keys: [key], values: [value]))
            return
        }
        var position = position
        if position.run == runs.count {
            position.run -= 1
            position.index = runs[position.run].keys.count
        }
        runs[position.run].keys.insert(key, at: position.index)
        runs[position.run].values.insert(value, at: position.index)
        if runs[position.run].keys.count > Self.runLimit { split(position.run) }
    }

    private mutating func split(_ index: Int) {
        let half = runs[index].keys.count / 2
        let upper = Run(
            keys: Array(runs[index].keys[half...]), values: Array(runs[index].values[half...]))
        runs[index].keys.removeSubrange(half...)
        runs[index].values.removeSubrange(half...)
        runs.insert(upper, at: index + 1)
    }

    private mutating func remove(at position: Position) {
        count -= 1
        runs[position.run].keys.remove(at: position.index)
        runs[position.run].values.remove(at: position.index)
        if runs[position.run].keys.isEmpty { runs.remove(at: position.run) }
    }

    /// The first index for which `isBefore` is false.
    private static func partition(_ range: Range<Int>, isBefore: (Int) -> Bool) -> Int {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
