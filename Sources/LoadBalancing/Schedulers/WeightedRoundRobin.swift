/// Weighted round-robin: of any run of as many choices as the weights sum up to, each member gets exactly its
/// weight, evenly spread; with equal weights they take turns.
///
/// A member of weight w is due at the times (k + ½) / w of each round, k = 0 ..< w; the earliest goes next. A
/// heap holds the members by that time.
struct WeightedRoundRobin: Sendable {
    private struct Entry: Sendable {
        var member: Int
        var weight: UInt64
        /// Turns taken since the start; the k of the next one.
        var turn: UInt64

        /// Earlier due, the earlier member where both are due at once.
        static func precedes(_ a: Entry, _ b: Entry) -> Bool {
            let left = (2 * a.turn + 1) * b.weight
            let right = (2 * b.turn + 1) * a.weight
            return left == right ? a.member < b.member : left < right
        }
    }

    private var heap: [Entry] = []
    private var weights: [UInt16]
    /// Turns left in this round; at its end all turns start from 0, so the numbers stay small.
    private var left: UInt64

    init(weights: [UInt16]) {
        self.weights = weights
        left = weights.reduce(0) { $0 + UInt64($1) }
        startRound()
    }

    /// Continues the round of `previous` with other members, so that frequent changes do not favour the first
    /// ones. `origins` says for each member which one of `previous` it was.
    init(weights: [UInt16], continuing previous: WeightedRoundRobin, origins: [Int?]) {
        self.init(weights: weights)
        guard let next = previous.heap.first else { return }
        var turns = [UInt64](repeating: 0, count: previous.weights.count)
        for entry in previous.heap { turns[entry.member] = entry.turn }
        let progress = Double(2 * next.turn + 1) / Double(2 * next.weight)
        for index in heap.indices {
            let entry = heap[index]
            if let origin = origins[entry.member],
                previous.weights[origin] == weights[entry.member]
            {
                heap[index].turn = min(entry.weight, turns[origin])
            } else {
                heap[index].turn = min(entry.weight, UInt64(progress * Double(entry.weight)))
            }
        }
        left = heap.reduce(0) { $0 + $1.weight - $1.turn }
        if left == 0 { startRound() } else { makeHeap() }
    }

    /// The next member that `isUsable` accepts; the others keep their turn. Nil if it accepts none.
    mutating func pick(_ isUsable: (Int) -> Bool) -> Int? {
        var passedOver: [Entry] = []
        defer { for entry in passedOver { push(entry) } }
        while let first = heap.first {
            if isUsable(first.member) {
                take()
                return first.member
            }
            passedOver.append(pop())
        }
        return nil
    }

    private mutating func take() {
        heap[0].turn += 1
        left -= 1
        if left == 0 {
            startRound()
        } else {
            siftDown(from: 0)
        }
    }

    private mutating func startRound() {
        left = weights.reduce(0) { $0 + UInt64($1) }
        heap = weights.indices.map { Entry(member: $0, weight: UInt64(weights[$0]), turn: 0) }
        makeHeap()
    }

    private mutating func makeHeap() {
        for index in stride(from: heap.count / 2, through: 0, by: -1) { siftDown(from: index) }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, Entry.precedes(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() -> Entry {
        heap.swapAt(0, heap.count - 1)
        let entry = heap.removeLast()
        siftDown(from: 0)
        return entry
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Entry.precedes(heap[child], heap[first]) { first = child }
            }
            if first == parent { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }
}
