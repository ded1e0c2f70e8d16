import Addresses
import Linux
import LoadBalancing

/// The least-connections ServicePorts of a table, and what the counts of their connections make of their weights.
struct ConnectionTuner: Sendable {
    /// How often connections are counted and weights moved.
    static let interval = Duration.milliseconds(500)

    private var states: [ServicePortName: ServicePortState] = [:]
    private var balances: [ServicePortName: ConnectionBalance] = [:]
    private var counter: ConnectionCounter?

    var isIdle: Bool { states.isEmpty }

    /// Takes a change of the table; one that concerns no such ServicePort costs a look at each of its rows.
    mutating func take(_ table: ServiceTable, _ changes: ServiceTable.Changes) {
        var isConcerned = changes.nodeChanged && !states.isEmpty
        for (name, change) in changes.servicePorts {
            let isTuned = change.new?.scheduler == .leastConnections
            guard isTuned || states[name] != nil else { continue }
            isConcerned = isConcerned || isTuned != (states[name] != nil)
            states[name] = isTuned ? change.new : nil
            if !isTuned { balances[name] = nil }
        }
        isConcerned =
            isConcerned
            || changes.frontends.values.contains { change in
                [change.old, change.new].contains { frontend in
                    frontend.map { states[$0.servicePort] != nil } ?? false
                }
            }
        guard isConcerned else { return }
        counter = isIdle ? nil : ConnectionCounter(Set(states.keys), in: table)
    }

    /// Takes a whole table.
    mutating func take(_ table: ServiceTable) {
        states = table.servicePorts.filter { $0.value.scheduler == .leastConnections }
        balances = balances.filter { states[$0.key] != nil }
        counter = isIdle ? nil : ConnectionCounter(Set(states.keys), in: table)
    }

    /// Counts, and answers the ServicePorts whose weights are to be moved, with their state and new weights.
    /// - Parameter slots: of a ServicePort's list as it is.
    mutating func tune(
        _ connections: inout ConntrackTable, slots: (ServicePortName) -> [IPSocketAddress]
    ) throws(NetlinkError) -> [ServicePortName: (
        state: ServicePortState, weights: [IPSocketAddress: UInt32]
    )] {
        guard let counts = try counter?.count(in: &connections) else { return [:] }
        var tuned:
            [ServicePortName: (state: ServicePortState, weights: [IPSocketAddress: UInt32])] = [:]
        for (name, counted) in counts {
            guard let state = states[name] else { continue }
            let backends = state.cluster.isEmpty ? state.local : state.cluster
            let weights = balances[name, default: ConnectionBalance(slots(name), backends)]
                .weights(backends, counted)
            if let weights { tuned[name] = (state, weights) }
        }
        return tuned
    }
}
