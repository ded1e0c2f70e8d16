/// The rules of a work queue: a key waits once however often it is added, is worked on by one worker at a time,
/// and is worked on again when it was added meanwhile.
package struct WorkQueueStateMachine<Key: Hashable & Sendable>: Sendable {
    private enum State {
        case waiting
        case running
        /// Running, and added again since.
        case runningAgain
    }

    /// The room of a queue that was very long is given back.
    private static var keptRoom: Int { 1024 }

    private var order: [Key] = []
    private var head = 0
    private var states: [Key: State] = [:]
    private var failures: [Key: Int] = [:]

    package init() {}

    package var isEmpty: Bool { head == order.count }
    /// The keys that wait for a worker.
    package var waiting: Int { order.count - head }

    /// True if the key became a new one for a worker to take.
    package mutating func add(_ key: Key) -> Bool {
        switch states[key] {
        case nil:
            states[key] = .waiting
            order.append(key)
            return true
        case .running:
            states[key] = .runningAgain
            return false
        case .waiting, .runningAgain: return false
        }
    }

    /// The key that waits longest; it is the caller's until `done`.
    package mutating func take() -> Key? {
        guard head < order.count else { return nil }
        let key = order[head]
        head += 1
        if head == order.count || head > Self.keptRoom {
            if order.capacity > 4 * Self.keptRoom, waiting <= Self.keptRoom {
                order = Array(order[head...])
            } else {
                order.removeFirst(head)
            }
            head = 0
        }
        states[key] = .running
        return key
    }

    /// Gives a key back. True if it waits again at once.
    package mutating func done(_ key: Key) -> Bool {
        let state = states.removeValue(forKey: key)
        if states.isEmpty, states.capacity > 4 * Self.keptRoom { states = [:] }
        guard case .runningAgain = state else { return false }
        return add(key)
    }

    /// Counts a failure of the key and says which one in a row it is.
    package mutating func failed(_ key: Key) -> Int {
        failures[key, default: 0] += 1
        return failures[key]!
    }

    package mutating func succeeded(_ key: Key) {
        failures[key] = nil
    }
}
