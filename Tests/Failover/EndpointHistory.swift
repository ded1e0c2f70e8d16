import Synchronization

/// Which sets of backends a Service had when: what may be in force in the kernel at a time, as far as a writer of
/// endpoints can know. Times are nanoseconds, given by the caller.
final class EndpointHistory: Sendable {
    private struct Entry {
        var backends: Set<Int>
        var from: UInt64
        var isAcknowledged = false
        /// No longer in force from here on; nil: not known yet.
        var until: UInt64?
    }

    private struct State {
        var entries: [Entry] = []
        /// There is no process that could put a set in force.
        var isDown = false
    }

    /// A set that was acknowledged is in force after that long.
    static let grace: UInt64 = 2_000_000_000
    private static let longest = 256

    private let state = Mutex(State())

    /// A set is about to be written.
    func begin(_ backends: Set<Int>, at now: UInt64) {
        state.withLock { state in
            if state.entries.count == Self.longest { state.entries.removeFirst() }
            state.entries.append(Entry(backends: backends, from: now))
        }
    }

    /// The newest set was acknowledged.
    func acknowledge(at now: UInt64) {
        state.withLock { state in
            guard let last = state.entries.indices.last else { return }
            state.entries[last].isAcknowledged = true
            Self.retire(&state, now)
        }
    }

    /// The process is about to be killed.
    func goDown(at now: UInt64) {
        state.withLock { state in
            state.isDown = true
            for index in state.entries.indices where state.entries[index].until ?? 0 > now {
                state.entries[index].until = nil
            }
        }
    }

    /// The next process is ready.
    func comeUp(at now: UInt64) {
        state.withLock { state in
            state.isDown = false
            Self.retire(&state, now)
        }
    }

    private static func retire(_ state: inout State, _ now: UInt64) {
        guard !state.isDown, let current = state.entries.lastIndex(where: \.isAcknowledged) else {
            return
        }
        for index in state.entries[..<current].indices where state.entries[index].until == nil {
            state.entries[index].until = now + grace
        }
    }

    /// A connection of that time may lead to the backend.
    func allows(_ backend: Int, from: UInt64, to: UInt64) -> Bool {
        possible(from, to).contains { $0.contains(backend) }
    }

    /// How long before that time the backend was allowed last; nil: as far as known it never was.
    func absence(of backend: Int, at time: UInt64) -> UInt64? {
        state.withLock { state in
            let ends = state.entries.filter { $0.backends.contains(backend) && $0.from <= time }
                .map { min($0.until ?? time, time) }
            return ends.max().map { time - $0 }
        }
    }

    /// The backend was there during all of that time.
    func keeps(_ backend: Int, from: UInt64, to: UInt64) -> Bool {
        possible(from, to).allSatisfy { $0.contains(backend) }
    }

    private func possible(_ from: UInt64, _ to: UInt64) -> [Set<Int>] {
        state.withLock { state in
            state.entries.filter { $0.from <= to && $0.until ?? .max >= from }.map(\.backends)
        }
    }
}
