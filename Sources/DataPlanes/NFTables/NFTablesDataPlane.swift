package import Addresses
import Linux
package import LoadBalancing
import Synchronization
import Wire

/// Forwards in the kernel: one nf_tables table a family, changed by netlink. No packet passes through this process, and
/// what is in the kernel stays in force when the process ends.
package final class NFTablesDataPlane: DataPlane {
    package var name: String { "nftables" }

    private struct State: ~Copyable {
        var socket: NFTablesSocket
        var tables: [FamilyTable]
        /// The table that `prune` has put in force; nil once another one is.
        var pruned: ServiceTable?
    }

    private let state: Mutex<State>
    private let worker: SerialThread

    /// Works in the network namespace of the calling thread. Needs CAP_NET_ADMIN and a kernel with nf_tables.
    package init(families: Set<IPFamily> = [.ipv4, .ipv6]) throws(DataPlaneError) {
        do {
            state = Mutex(
                State(
                    socket: try NFTablesSocket(),
                    tables: families.sorted().map(FamilyTable.init)))
            worker = try SerialThread(named: "nftables")
        } catch {
            throw DataPlaneError("nftables data plane: \(error)")
        }
    }

    package func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        try await onWorker { state throws(NetlinkError) in
            // What was pruned for this very table is in force already.
            let isInForce = state.pruned == table
            state.pruned = nil
            if isInForce { return }
            for index in state.tables.indices {
                if state.tables[index].isCurrent {
                    try state.tables[index].apply(table, changes, &state.socket)
                } else {
                    try state.tables[index].adopt(table, &state.socket)
                }
            }
        }
        return [:]
    }

    package func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        try await onWorker { state throws(NetlinkError) in
            state.pruned = nil
            for index in state.tables.indices {
                try state.tables[index].adopt(table, &state.socket)
            }
            state.pruned = table
        }
    }

    private func onWorker(
        _ body: @escaping @Sendable (inout State) throws(NetlinkError) -> Void
    ) async throws(DataPlaneError) {
        let failure = await worker.run { [self] () -> NetlinkError? in
            state.withLock { state in
                do throws(NetlinkError) {
                    try body(&state)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw DataPlaneError("\(failure)") }
    }
}
