import Linux
import ServerProcess
import Synchronization

/// What came of everything: shared by all threads.
final class Findings: Sendable {
    private struct State {
        var connections: [String: Int] = [:]
        var failed = 0
        var misled = 0
        var broken = 0
        var slow = 0
        var slowest: UInt64 = 0
        var changes = 0
        var kills = 0
        var longConnections = 0
        var flows = 0
        var loadStarted: UInt64?
        var loadEnded: UInt64?
    }

    private let state = Mutex(State())
    private let start = MonotonicTime.nanoseconds

    /// A new connection did its work.
    func connected(_ route: String, nanoseconds: UInt64) {
        state.withLock { state in
            state.connections[route, default: 0] += 1
            // The kernel sends a SYN again after a second: one was lost, or the machine is very busy.
            if nanoseconds > 900_000_000 { state.slow += 1 }
            state.slowest = max(state.slowest, nanoseconds)
        }
    }

    /// A new connection did not.
    func failed(_ route: String, _ why: String) {
        state.withLock { state in
            state.connections[route, default: 0] += 1
            state.failed += 1
        }
        note("FAILED: \(route): \(why)")
    }

    /// A connection or a datagram went to a backend that it should not have gone to.
    func misled(_ route: String, _ why: String) {
        state.withLock { $0.misled += 1 }
        note("MISLED: \(route): \(why)")
    }

    /// A connection that was open before is not any more.
    func broke(_ what: String, _ why: String) {
        state.withLock { $0.broken += 1 }
        note("BROKEN: \(what): \(why)")
    }

    func opened(longConnections: Int) { state.withLock { $0.longConnections = longConnections } }
    func followed(flows: Int) { state.withLock { $0.flows = flows } }
    func changed() { state.withLock { $0.changes += 1 } }
    func killed() { state.withLock { $0.kills += 1 } }
    func loadStarted() { state.withLock { $0.loadStarted = MonotonicTime.nanoseconds } }
    func loadEnded() { state.withLock { $0.loadEnded = MonotonicTime.nanoseconds } }

    /// Says something with the time since the start.
    func note(_ line: String) {
        let milliseconds = (MonotonicTime.nanoseconds - start) / 1_000_000
        say("\(milliseconds) ms: \(line)")
    }

    var isClean: Bool {
        state.withLock { $0.failed == 0 && $0.misled == 0 && $0.broken == 0 }
    }

    /// The figures of the run, the verdict last.
    var summary: [String] {
        state.withLock { state in
            let all = state.connections.values.reduce(0, +)
            var lines = state.connections.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value)" }
            if let start = state.loadStarted, let end = state.loadEnded, end > start {
                let rate = Double(all) / (Double(end - start) / 1e9)
                lines.append("\(Int(rate)) connections a second")
            }
            let slowest = state.slowest / 1_000_000
            let intact = state.longConnections - state.broken
            return lines + [
                "\(state.slow) connections took over 0.9 s, the slowest \(slowest) ms",
                "\(state.misled) misled, \(state.flows) UDP flows at current endpoints",
                "\(all) connections, \(state.failed) failed, \(state.changes) changes, "
                    + "\(state.kills) kills, \(intact) long connections intact",
            ]
        }
    }
}

/// A part of the run that all threads share.
final class Phase: Sendable {
    private let over = Atomic(false)

    var isOver: Bool { over.load(ordering: .relaxed) }
    func end() { over.store(true, ordering: .relaxed) }
}
