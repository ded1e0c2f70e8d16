import DataPlanes
import Linux
import Synchronization
import Wire

/// A table of connections in memory; it can refuse.
final class FakeFlows: TrackedFlows {
    private struct State {
        var flows: [ConntrackEntry] = []
        var scans: [ConntrackFilter] = []
        var failures = 0
    }

    private let state = Mutex(State())

    init(_ flows: [ConntrackEntry] = []) { state.withLock { $0.flows = flows } }

    var flows: [ConntrackEntry] { state.withLock { $0.flows } }
    /// What was asked for, whether it was refused or not.
    var scans: [ConntrackFilter] { state.withLock { $0.scans } }

    func add(_ flow: ConntrackEntry) { state.withLock { $0.flows.append(flow) } }
    /// Refuses the next `count` calls.
    func fail(_ count: Int) { state.withLock { $0.failures = count } }

    func delete(
        matching filter: ConntrackFilter, where isUnwanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> Int {
        try state.withLock { state throws(NetlinkError) in
            state.scans.append(filter)
            if state.failures > 0 {
                state.failures -= 1
                throw .refused(operation: "list", .noBufferSpace, reason: nil)
            }
            let before = state.flows.count
            state.flows.removeAll { filter.matches($0) && isUnwanted($0) }
            return before - state.flows.count
        }
    }
}
