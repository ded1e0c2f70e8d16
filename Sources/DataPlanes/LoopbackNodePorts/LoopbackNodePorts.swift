import Addresses
package import LoadBalancing
import Synchronization

/// A data plane in the kernel with a relay beside it for one thing: NodePorts at this host's loopback addresses. The
/// kernel does not route what comes from 127.0.0.1 to anywhere else, so these connections end here and are made anew.
package final class LoopbackNodePorts: DataPlane {
    private let kernel: any DataPlane
    private let relay: any DataPlane
    private let subset = Mutex(NodePortSubset())

    /// - Parameter relay: listens at the loopback addresses among a table's node addresses.
    package init(_ kernel: any DataPlane, relay: any DataPlane) {
        self.kernel = kernel
        self.relay = relay
    }

    package var name: String { kernel.name }

    package func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        var problems = try await kernel.apply(table, changes)
        let (part, partChanges) = subset.withLock { subset in
            let changes = subset.take(table, changes)
            return (subset.table, changes)
        }
        guard !partChanges.isEmpty else { return problems }
        for (address, problem) in try await relay.apply(part, partChanges) {
            problems[address] =
                problems[address]
                ?? FrontendProblem(
                    reason: problem.reason, message: "at loopback: \(problem.message)",
                    isFatal: false)
        }
        return problems
    }

    package func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        try await kernel.prune(keeping: table)
        let part = subset.withLock { subset in
            subset = NodePortSubset()
            var changes = table.changes(since: ServiceTable())
            changes.nodeChanged = true
            _ = subset.take(table, changes)
            defer { subset = NodePortSubset() }
            return subset.table
        }
        try await relay.prune(keeping: part)
    }
}

/// The part of a table that is about NodePorts at loopback addresses, kept up to date by changes.
struct NodePortSubset {
    private(set) var table = ServiceTable()
    private var frontendsOf: [ServicePortName: Int] = [:]

    /// The changes that a change of the whole table makes of the part.
    mutating func take(
        _ whole: ServiceTable, _ changes: ServiceTable.Changes
    ) -> ServiceTable.Changes {
        var own = ServiceTable.Changes()
        if changes.nodeChanged {
            let addresses = whole.nodeAddresses.filter(\.isLoopback)
            own.nodeChanged =
                addresses != table.nodeAddresses || whole.podCIDRs != table.podCIDRs
            table.nodeAddresses = addresses
            table.podCIDRs = whole.podCIDRs
        }
        var ports = Set(changes.servicePorts.keys)
        for (address, change) in changes.frontends where address.isNodePort {
            let old = table.frontends[address]
            guard old != change.new else { continue }
            table.frontends[address] = change.new
            own.frontends[address] = ServiceTable.Change(old: old, new: change.new)
            for (frontend, step) in [(old, -1), (change.new, 1)] {
                guard let frontend else { continue }
                frontendsOf[frontend.servicePort, default: 0] += step
                ports.insert(frontend.servicePort)
            }
        }
        for name in ports { take(name, whole, &own) }
        return own
    }

    private mutating func take(
        _ name: ServicePortName, _ whole: ServiceTable, _ own: inout ServiceTable.Changes
    ) {
        let isUsed = frontendsOf[name] ?? 0 > 0
        if !isUsed { frontendsOf[name] = nil }
        let state = isUsed ? whole.servicePorts[name] : nil
        let old = table.servicePorts[name]
        guard old != state else { return }
        table.servicePorts[name] = state
        own.servicePorts[name] = ServiceTable.Change(old: old, new: state)
    }
}
