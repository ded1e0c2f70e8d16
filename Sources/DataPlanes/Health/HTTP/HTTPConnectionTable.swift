/// The connections of an HTTP server in the order in which they came. All have the same time, so the oldest ends
/// first.
struct HTTPConnectionTable {
    private var connections: [UInt64: HTTPConnection] = [:]
    /// No connection has a smaller number.
    private var first: UInt64 = 1
    private var next: UInt64 = 1

    var count: Int { connections.count }
    subscript(number: UInt64) -> HTTPConnection? { connections[number] }
    var firstDeadline: UInt64? { connections[first]?.deadline }

    /// Answers the number of the connection, which no other one ever has.
    mutating func insert(_ connection: HTTPConnection) -> UInt64 {
        let number = next
        connections[number] = connection
        next += 1
        return number
    }

    /// Closes it.
    mutating func remove(_ number: UInt64) {
        connections[number] = nil
        while first < next, connections[first] == nil { first += 1 }
    }

    /// False: there is none.
    @discardableResult
    mutating func removeOldest() -> Bool {
        guard !connections.isEmpty else { return false }
        remove(first)
        return true
    }
}
