import Linux
package import LoadBalancing
import Synchronization

/// Relays connections and datagrams itself, with no privilege: listeners on every frontend address, a few epoll
/// threads, splice(2) for TCP and a table of flows for UDP. Every scheduler and session affinity is exact.
///
/// What it cannot do exactly: keep the client's source address, and reject some sources with a RST before the
/// handshake while it serves others.
package final class UserspaceDataPlane: DataPlane {
    package var name: String { "userspace" }

    private let settings: UserspaceSettings
    private let inboxes: [RelayInbox]
    private let state = Mutex(ControlState())
    private let onRecovery: @Sendable ([FrontendAddress: FrontendProblem]) -> Void
    private let isRetrying = Mutex(false)
    private let isStopped = Atomic<Bool>(false)

    /// Starts the relay threads and raises RLIMIT_NOFILE. `onRecovery` is called with all problems that are left
    /// when an address could be bound that could not be before.
    package init(
        _ settings: UserspaceSettings = UserspaceSettings(),
        onRecovery: @escaping @Sendable ([FrontendAddress: FrontendProblem]) -> Void = { _ in }
    ) throws(DataPlaneError) {
        self.settings = settings
        self.onRecovery = onRecovery
        // A low limit means fewer connections, which is said when it is reached.
        _ = try? DescriptorLimit.raiseToHardLimit()
        do {
            var inboxes: [RelayInbox] = []
            for _ in 0..<max(1, settings.threads) { inboxes.append(try RelayInbox()) }
            self.inboxes = inboxes
            for (index, inbox) in inboxes.enumerated() {
                try Self.start(index, inbox, inboxes, settings)
            }
        } catch {
            throw DataPlaneError("userspace data plane: \(error)")
        }
    }

    private static func start(
        _ index: Int, _ inbox: RelayInbox, _ peers: [RelayInbox], _ settings: UserspaceSettings
    ) throws(SystemError) {
        let epoll = SharedEpoll(try Epoll())
        try epoll.epoll.add(inbox.event.descriptor, .readable, token: RelayToken(.inbox).bits)
        _ = try Thread(named: "relay-\(index)") {
            var loop = RelayLoop(
                epoll: epoll, inbox: inbox, peers: peers, settings: settings)
            loop.run()
        }
    }

    deinit {
        guard !isStopped.load(ordering: .relaxed) else { return }
        let confirmation = Confirmation(count: inboxes.count)
        for inbox in inboxes { inbox.post(.stop(confirmation)) }
    }

    package func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        guard !isStopped.load(ordering: .relaxed) else {
            throw DataPlaneError("the userspace data plane is stopped")
        }
        let confirmation = Confirmation(count: inboxes.count)
        let own = settings.ownAddresses()
        let (problems, hasUnbound) = state.withLock { state in
            // Posted under the lock, so that updates arrive in the order in which they were made.
            post(state.take(table, changes, ownAddresses: own), confirmation)
            return (state.problems, state.hasUnbound)
        }
        await confirmation.wait()
        if hasUnbound { startRetrying() }
        return problems
    }

    /// A predecessor's sockets went with its process: there is nothing to remove.
    package func prune(keeping table: ServiceTable) async throws(DataPlaneError) {}

    /// Closes everything and ends the threads.
    package func stop() async {
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        let confirmation = Confirmation(count: inboxes.count)
        for inbox in inboxes { inbox.post(.stop(confirmation)) }
        await confirmation.wait()
        state.withLock { $0 = ControlState() }
    }

    /// Connections and UDP flows that are relayed now.
    package var activeCount: Int { inboxes.reduce(0) { $0 + $1.load.load(ordering: .relaxed) } }

    /// The backends of a ServicePort with their connections and failures.
    package func loads(of name: ServicePortName) -> [BackendLoad] {
        state.withLock { $0.loads(of: name) }
    }

    /// UDP addresses belong to one thread each, TCP ones to all.
    private func post(_ result: ControlState.Result, _ confirmation: Confirmation) {
        for (index, inbox) in inboxes.enumerated() {
            var update = RelayUpdate(confirmation: confirmation)
            update.backendsGone = result.backendsGone
            update.listeners = result.listeners.filter { id, listener in
                listener?.socket.isUDP != true || id % inboxes.count == index
            }
            inbox.post(.update(update))
        }
    }

    private func startRetrying() {
        let isFirst = isRetrying.withLock { isRetrying in
            defer { isRetrying = true }
            return !isRetrying
        }
        guard isFirst else { return }
        let interval = settings.bindRetryInterval
        Task.detached { [weak self] in
            repeat { try? await Task.sleep(for: interval) } while self?.retryBinding() == true
        }
    }

    /// True: there is something left to try.
    private func retryBinding() -> Bool {
        guard !isStopped.load(ordering: .relaxed) else { return false }
        let (recovered, problems, isLeft) = state.withLock { state in
            let before = state.problems
            let result = state.retryBinding()
            if !result.listeners.isEmpty { post(result, Confirmation(count: inboxes.count)) }
            let problems = state.problems
            if !state.hasUnbound { isRetrying.withLock { $0 = false } }
            return (problems != before, problems, state.hasUnbound)
        }
        if recovered { onRecovery(problems) }
        return isLeft
    }
}
