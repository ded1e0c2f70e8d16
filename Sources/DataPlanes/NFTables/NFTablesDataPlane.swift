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
    private let watch: TableWatch

    /// Works in the network namespace of the calling thread. Needs CAP_NET_ADMIN and a kernel with nf_tables.
    /// - Parameter onForeignChange: called when somebody else has changed our table, with who it was: `prune` and
    ///   `apply` are to be called again. It must not block.
    package init(
        families: Set<IPFamily> = [.ipv4, .ipv6],
        onForeignChange: @escaping @Sendable (ForeignChange) -> Void = { _ in }
    ) throws(DataPlaneError) {
        do {
            let socket = try NFTablesSocket()
            watch = try TableWatch(ownPort: socket.portID)
            state = Mutex(
                State(socket: socket, tables: families.sorted().map(FamilyTable.init)))
            worker = try SerialThread(named: "nftables")
            try watch.start(onForeignChange)
        } catch {
            throw DataPlaneError("nftables data plane: \(error)")
        }
    }

    deinit { watch.stop() }

    package func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        let isLarge = changes.servicePorts.count + changes.frontends.count > 200
        try await onWorker(deaf: isLarge) { state throws(NetlinkError) in
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
        try await onWorker(deaf: true) { state throws(NetlinkError) in
            state.pruned = nil
            for index in state.tables.indices {
                try state.tables[index].adopt(table, &state.socket)
            }
            state.pruned = table
        }
    }

    private func onWorker(
        deaf: Bool, _ body: @escaping @Sendable (inout State) throws(NetlinkError) -> Void
    ) async throws(DataPlaneError) {
        let failure = await worker.run { [self] () -> NetlinkError? in
            state.withLock { state in
                do throws(NetlinkError) {
                    if deaf { try unheard(&state, body) } else { try body(&state) }
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw DataPlaneError("\(failure)") }
    }

    /// What nobody listened to is seen in the count of commits: if there were others than ours, one of them may have
    /// been to our table.
    private func unheard(
        _ state: inout State, _ body: (inout State) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        try watch.deaf { () throws(NetlinkError) in
            let before = try state.socket.generation() &- state.socket.commits
            try body(&state)
            if try state.socket.generation() &- state.socket.commits != before { watch.suspect() }
        }
    }
}
