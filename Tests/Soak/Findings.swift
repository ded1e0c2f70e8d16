import ServerProcess
import Synchronization

/// What was found to be wrong, and how much was done: shared by everybody.
final class Findings: Sendable {
    private struct State {
        var violations: [String] = []
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    var violations: [String] { state.withLock { $0.violations } }
    var counts: [String: Int] { state.withLock { $0.counts } }

    func violated(_ what: String) {
        state.withLock { $0.violations.append(what) }
        say("VIOLATION: \(what)")
    }

    func count(_ what: String, _ number: Int = 1) {
        state.withLock { $0.counts[what, default: 0] += number }
    }
}
