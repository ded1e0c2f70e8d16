import Addresses
import LoadBalancing

/// The addresses that an applied table sends something to. They are counted once somebody asks: there are many, and
/// only Pods that terminate are asked for.
struct BackendUse {
    private var counts: [IPAddress: Int32]?

    /// Another table is applied: all of it is counted again.
    mutating func reset() { counts = nil }

    mutating func apply(_ changes: ServiceTable.Changes) {
        guard counts != nil else { return }
        for change in changes.servicePorts.values {
            if let new = change.new { count(new, +1) }
            if let old = change.old { count(old, -1) }
        }
    }

    /// - Parameter table: the one that is applied.
    mutating func contains(_ address: IPAddress, in table: ServiceTable) -> Bool {
        if counts == nil {
            counts = [:]
            for state in table.servicePorts.values { count(state, +1) }
        }
        return counts?[address] != nil
    }

    private mutating func count(_ state: ServicePortState, _ step: Int32) {
        for list in [state.cluster, state.local] {
            for backend in list {
                let count = (counts?[backend.address] ?? 0) + step
                counts?[backend.address] = count == 0 ? nil : count
            }
        }
    }
}
