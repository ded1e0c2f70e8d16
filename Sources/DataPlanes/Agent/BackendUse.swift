import Addresses
import LoadBalancing

/// The addresses that an applied table sends something to.
struct BackendUse {
    private var counts: [IPAddress: Int] = [:]

    init() {}

    init(of table: ServiceTable) {
        for state in table.servicePorts.values { count(state, +1) }
    }

    mutating func apply(_ changes: ServiceTable.Changes) {
        for change in changes.servicePorts.values {
            if let new = change.new { count(new, +1) }
            if let old = change.old { count(old, -1) }
        }
    }

    func contains(_ address: IPAddress) -> Bool { counts[address] != nil }

    private mutating func count(_ state: ServicePortState, _ step: Int) {
        for backend in state.cluster + state.local {
            let count = counts[backend.address, default: 0] + step
            counts[backend.address] = count == 0 ? nil : count
        }
    }
}
