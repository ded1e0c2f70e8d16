package import Addresses
import Linux
package import LoadBalancing
import Synchronization
package import Watching
import Wire

/// Forwards in the kernel: one nf_tables table a family, changed by netlink. No packet passes through this process, and
/// what is in the kernel stays in force when the process ends.
package final class NFTablesDataPlane: DataPlane {
    package var name: String { "nftables" }
    /// How often the weights of least-connections ServicePorts are moved.
    package static var tuningInterval: Duration { ConnectionTuner.interval }

    /// How long after a backend has gone from a list with affinity its memory is looked through once more.
    private static let laterLook = Duration.seconds(1)

    private struct State: ~Copyable {
        var socket: NFTablesSocket
        var connections: ConntrackTable
        var tables: [FamilyTable]
        var tuner = ConnectionTuner()
        /// A round of tuning is on its way.
        var isTuning = false
        /// A look for what clients remember of backends that are gone is under way; another is planned.
        var isLooking = false
        var looksLater = false
        /// The table that `prune` has put in force; nil once another one is.
        var pruned: ServiceTable?
    }

    private let state: Mutex<State>
    private let worker: SerialThread
    private let watch: TableWatch
    private let cleaner: ConntrackCleaner
    private let affinity: AffinityLook
    private let time: TimeSource

    /// Works in the network namespace of the calling thread. Needs CAP_NET_ADMIN and a kernel with nf_tables.
    /// - Parameters:
    ///   - report: is told, in a sentence, what failed beside a table; it is tried again.
    ///   - onForeignChange: called when somebody else has changed our table, with who it was: `prune` and `apply` are
    ///     to be called again. Neither must block.
    package init(
        families: Set<IPFamily> = [.ipv4, .ipv6], time: TimeSource,
        report: @escaping @Sendable (String) -> Void,
        onForeignChange: @escaping @Sendable (ForeignChange) -> Void = { _ in }
    ) throws(DataPlaneError) {
        do {
            let socket = try NFTablesSocket()
            watch = try TableWatch(ownPort: socket.portID)
            state = Mutex(
                State(
                    socket: socket, connections: try ConntrackTable(),
                    tables: families.sorted().map(FamilyTable.init)))
            cleaner = ConntrackCleaner(
                KernelFlows(try ConntrackTable()), time: time, report: report)
            affinity = try AffinityLook()
            self.time = time
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
        let isInForce = try await onWorker(deaf: isLarge) { state throws(NetlinkError) in
            // What was pruned for this very table is in force already.
            let isInForce = state.pruned == table
            state.pruned = nil
            if isInForce { return true }
            state.tuner.take(table, changes)
            for index in state.tables.indices {
                if state.tables[index].isCurrent {
                    try state.tables[index].apply(table, changes, &state.socket)
                } else {
                    try state.tables[index].adopt(table, &state.socket)
                }
            }
            return false
        }
        if !isInForce { await cleaner.apply(table, changes) }
        startTuning()
        startLooking()
        return [:]
    }

    package func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        let former = try await onWorker(deaf: true) { state throws(NetlinkError) in
            state.pruned = nil
            for index in state.tables.indices {
                try state.tables[index].adopt(table, &state.socket)
            }
            // Not before all have succeeded: what is taken is forgotten.
            var former: Set<FrontendAddress> = []
            for index in state.tables.indices {
                former.formUnion(state.tables[index].takeFormerFrontends())
            }
            state.tuner.take(table)
            state.pruned = table
            return former
        }
        await cleaner.reconcile(table, former: former)
    }

    private func onWorker<Value: Sendable>(
        deaf: Bool, _ body: @escaping @Sendable (inout State) throws(NetlinkError) -> Value
    ) async throws(DataPlaneError) -> Value {
        let result = await worker.run { [self] () -> Result<Value, NetlinkError> in
            state.withLock { state in
                do throws(NetlinkError) {
                    return .success(deaf ? try unheard(&state, body) : try body(&state))
                } catch {
                    return .failure(error)
                }
            }
        }
        do throws(NetlinkError) {
            return try result.get()
        } catch {
            throw DataPlaneError("\(error)")
        }
    }

    /// What nobody listened to is seen in the count of commits: if there were others than ours, one of them may have
    /// been to our table.
    private func unheard<Value>(
        _ state: inout State, _ body: (inout State) throws(NetlinkError) -> Value
    ) throws(NetlinkError) -> Value {
        try watch.deaf { () throws(NetlinkError) in
            let before = try state.socket.generation() &- state.socket.commits
            let value = try body(&state)
            if try state.socket.generation() &- state.socket.commits != before { watch.suspect() }
            return value
        }
    }

    // MARK: Session affinity

    /// Makes clients forget backends that are gone, as far as the commit has not done that.
    private func startLooking() {
        let (now, later) = state.withLock { state in
            let now = !state.isLooking && state.tables.contains(where: \.needsLook)
            let later = !state.looksLater && state.tables.contains(where: \.mayRememberGone)
            if now { state.isLooking = true }
            if later { state.looksLater = true }
            return (now, later)
        }
        if now { Task { [weak self] in while await self?.lookNow() ?? false {} } }
        guard later else { return }
        Task { [weak self, time] in
            while (try? await time.sleep(Self.laterLook)) != nil {
                guard await self?.lookAgain() ?? false else { return }
            }
        }
    }

    /// False when there is nothing to look for.
    private func lookNow() async -> Bool {
        await look { state in
            state.isLooking = state.tables.contains(where: \.needsLook)
            return (
                state.isLooking, state.tables.indices.map { state.tables[$0].takeNeededLook() }
            )
        }
    }

    private func lookAgain() async -> Bool {
        await look { state in
            state.looksLater = state.tables.contains(where: \.mayRememberGone)
            return (
                state.looksLater, state.tables.indices.map { state.tables[$0].takeLaterLook() }
            )
        }
    }

    private func look(
        _ take: (inout State) -> (isNeeded: Bool, memories: [AffinityMemory?])
    ) async -> Bool {
        let (isNeeded, memories) = state.withLock { take(&$0) }
        do {
            for (index, memory) in memories.enumerated() {
                if let memory { try await forget(memory, index) }
            }
        } catch {
            watch.suspect()
        }
        return isNeeded
    }

    /// Looks without keeping the worker from its work: a long look may take seconds.
    private func forget(_ memory: AffinityMemory, _ index: Int) async throws {
        var memory = memory
        for _ in 0..<AffinityMemory.mostLooks {
            let (batch, looked) = try await affinity.look(memory)
            memory = looked
            try await onWorker(deaf: false) { state throws(NetlinkError) in
                state.tables[index].note(looked)
                if let batch { try looked.forget(batch, &state.socket) }
            }
            if batch == nil { return }
        }
    }

    // MARK: Least connections

    /// Moves weights from time to time for as long as a ServicePort asks for it.
    private func startTuning() {
        let starts = state.withLock { state in
            guard !state.tuner.isIdle, !state.isTuning else { return false }
            state.isTuning = true
            return true
        }
        guard starts else { return }
        Task { [weak self, time] in
            while (try? await time.sleep(ConnectionTuner.interval)) != nil {
                guard await self?.tune() ?? false else { return }
            }
        }
    }

    /// False when there is nothing left to tune.
    private func tune() async -> Bool {
        let goesOn = try? await onWorker(deaf: false) { state throws(NetlinkError) in
            guard !state.tuner.isIdle else {
                state.isTuning = false
                return false
            }
            for name in state.tuner.unknown {
                for index in state.tables.indices {
                    let slots = state.tables[index].slots(of: name)
                    if !slots.isEmpty { state.tuner.begin(name, slots) }
                }
            }
            let tuned = try state.tuner.tune(&state.connections)
            guard !tuned.isEmpty else { return true }
            for index in state.tables.indices {
                try state.tables[index].retune(tuned, &state.socket)
            }
            return true
        }
        // What failed may have been half of it: everything is compared again.
        if goesOn == nil { watch.suspect() }
        return goesOn ?? true
    }
}
