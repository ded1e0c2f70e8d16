import Linux

/// A pipe that goes from stream to stream.
final class PooledPipe {
    let pipe: Pipe
    init(_ pipe: consuming Pipe) { self.pipe = pipe }
}

/// The pipes of one thread. A stream has one only while bytes are on the way through it, so few are needed.
struct PipePool {
    private var idle: [PooledPipe] = []
    private var made = 0
    private let limit: Int
    private let capacity: Int
    /// Set when the kernel refuses; then streams copy.
    private var isExhausted = false

    init(limit: Int, capacity: Int) {
        self.limit = limit
        self.capacity = capacity
    }

    /// An empty pipe; nil if there are enough in use.
    mutating func take() -> PooledPipe? {
        if let pipe = idle.popLast() { return pipe }
        guard made < limit, !isExhausted else { return nil }
        guard let pipe = try? Pipe(capacity: capacity) else {
            isExhausted = true
            return nil
        }
        made += 1
        return PooledPipe(pipe)
    }

    /// Takes back an empty pipe.
    mutating func give(_ pipe: PooledPipe) {
        isExhausted = false
        idle.append(pipe)
    }

    /// A pipe with bytes in it is closed instead.
    mutating func discard(_ pipe: PooledPipe) {
        isExhausted = false
        made -= 1
    }
}
