package import Addresses
package import KubeAPI
package import LoadBalancing
package import Logging
import Synchronization
package import Watching

/// Keeps the data plane of one node equal to the cluster: reflects its objects, compiles what changed, applies it,
/// and says in conditions what came of it (`pointsman.dev/Drained` on Pods, `pointsman.dev/Proxied` on Services).
package final class ProxyAgent: Sendable {
    /// What `explain` and readiness ask for.
    package struct View: Sendable {
        package var snapshot: ClusterSnapshot
        package var table = ServiceTable()
        /// The data plane agrees with a table that holds everything of the first lists.
        package var isSynced = false
        /// Why the last attempt to apply the table failed; nil: it did not.
        package var failure: DataPlaneError?
        /// The frontends that are not served as asked.
        package var problems: [FrontendAddress: FrontendProblem] = [:]
    }

    /// The small part of a View, readable at any time.
    private struct Latest {
        var isSynced = false
        var failure: DataPlaneError?
        var problems: [FrontendAddress: FrontendProblem] = [:]
    }

    package typealias SnapshotObserver = @Sendable (ClusterSnapshot, Set<ObjectName>) -> Void

    private let caches: ClusterCaches
    /// nil: somebody else keeps the caches.
    private let source: (any ObjectSource)?
    private let plane: any DataPlane
    private let node: NodeContext
    private let logger: Logger
    private let time: TimeSource
    private let health: ProxyHealthMonitor?
    private let onSnapshot: SnapshotObserver
    private let inbox = AgentInbox()
    private let writer: ConditionWriter
    private let latest = Mutex(Latest())

    /// An agent that reflects the objects itself.
    /// - Parameters:
    ///   - node: what is known of this node; its zone is read from the Node object.
    ///   - onSnapshot: called with every new snapshot and the Services that differ from the one before, after the
    ///     data plane has it; it must not block.
    package convenience init(
        source: any ObjectSource, client: any ObjectClient, plane: any DataPlane, node: NodeContext,
        logger: Logger, time: TimeSource,
        onSnapshot: @escaping SnapshotObserver = { _, _ in }
    ) {
        self.init(
            caches: ClusterCaches(), source: source, client: client, plane: plane, node: node,
            logger: logger, time: time, health: nil, onSnapshot: onSnapshot)
    }

    /// An agent on caches that are run elsewhere: make it before they run, then `run` it. `health` is told of changes
    /// that wait, and that they are in force.
    package convenience init(
        caches: ClusterCaches, client: any ObjectClient, plane: any DataPlane, node: NodeContext,
        logger: Logger, time: TimeSource, health: ProxyHealthMonitor? = nil,
        onSnapshot: @escaping SnapshotObserver = { _, _ in }
    ) {
        self.init(
            caches: caches, source: nil, client: client, plane: plane, node: node, logger: logger,
            time: time, health: health, onSnapshot: onSnapshot)
    }

    private init(
        caches: ClusterCaches, source: (any ObjectSource)?, client: any ObjectClient,
        plane: any DataPlane, node: NodeContext, logger: Logger, time: TimeSource,
        health: ProxyHealthMonitor?, onSnapshot: @escaping SnapshotObserver
    ) {
        self.caches = caches
        self.source = source
        self.plane = plane
        self.node = node
        self.logger = logger
        self.time = time
        self.health = health
        self.onSnapshot = onSnapshot
        writer = ConditionWriter(
            client, events: EventRecorder(client, component: "pointsman-proxy", time: time),
            time: time)
        inbox.observe(caches, node: node.name)
    }

    /// The newest snapshot and table; nil once the agent has ended. Copied on demand: holding on to a copy makes
    /// the next change copy whole dictionaries.
    package func view() async -> View? { await inbox.ask() }
    package var isSynced: Bool { latest.withLock { $0.isSynced } }
    /// Why the newest table is not in force; nil where it is.
    package var failure: DataPlaneError? { latest.withLock { $0.failure } }

    /// Takes what the data plane finds out between two tables, such as an address that could be bound at last:
    /// all problems that are left.
    package func take(_ problems: [FrontendAddress: FrontendProblem]) { inbox.put(problems) }

    /// Somebody else may have changed what the data plane has applied: it is compared with the table, and repaired.
    package func repair() { inbox.doubt() }

    /// NodePorts are served at these addresses from now on.
    package func take(nodeAddresses: Set<IPAddress>) { inbox.put(nodeAddresses: nodeAddresses) }

    /// Runs until the task is cancelled. What the data plane applied last stays in force.
    package func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            if let source {
                caches.reflectProxied(source, time: time, logger, &group)
            }
            group.addTask { [writer, time, logger] in
                await ReconcileLoop(writer, queue: writer.queue, time: time) { key, status in
                    logger.warning("condition of \(key.name) not written: \(status)")
                }.run()
            }
            await proxy()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func proxy() async {
        await withDiscardingTaskGroup { timers in
            var round = ProxyRound(plane, node: node, time: time)
            for await _ in inbox.wakeups {
                let batch = inbox.take()
                round.take(batch)
                defer { answer(batch.questions, round) }
                guard batch.isComplete else { continue }
                health?.queuedUpdate(IPFamily.allCases)
                let result = await round.apply()
                if result.failure == nil, round.isCurrent {
                    health?.updated(IPFamily.allCases)
                }
                publish(result, round)
                if let delay = result.retryAfter {
                    timers.addTask { [time, inbox] in
                        guard (try? await time.sleep(delay)) != nil else { return }
                        inbox.wakeUp()
                    }
                }
            }
            timers.cancelAll()
        }
        inbox.close()
    }

    private func answer(_ questions: [AgentInbox.Question], _ round: ProxyRound) {
        guard !questions.isEmpty else { return }
        let latest = latest.withLock { $0 }
        let view = View(
            snapshot: round.state.snapshot, table: round.compiler.table,
            isSynced: latest.isSynced, failure: latest.failure, problems: latest.problems)
        for question in questions { question.resume(returning: view) }
    }

    private func publish(_ result: ProxyRound.Result, _ round: ProxyRound) {
        latest.withLock { latest in
            latest.failure = result.failure
            latest.isSynced = latest.isSynced || round.isCurrent
            if let problems = result.problems { latest.problems = problems }
        }
        if let failure = result.failure {
            logger.error("\(plane.name): \(failure); the whole table is applied again")
        }
        if result.isNew { onSnapshot(round.state.snapshot, result.changed) }
        for (name, condition) in result.services { writer.want(condition, on: .service(name)) }
        for (name, condition) in result.pods { writer.want(condition, on: .pod(name)) }
    }
}

extension ClusterCaches {
    /// Reflects the kinds that a proxy needs.
    fileprivate func reflectProxied(
        _ source: any ObjectSource, time: TimeSource, _ logger: Logger,
        _ group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        func reflect<Kind: KubeObject>(_ cache: ObjectCache<Kind>) {
            group.addTask {
                await Reflector(
                    source, into: cache, time: time, report: { logger.warning("\($0)") }
                ).run()
            }
        }
        reflect(services)
        reflect(endpointSlices)
        reflect(pods)
        reflect(nodes)
        reflect(namespaces)
        reflect(serviceCIDRs)
    }
}
