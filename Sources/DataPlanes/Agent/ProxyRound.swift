import KubeAPI
import LoadBalancing
import Watching

/// The agent's state from round to round: take changes, compile, apply, see what is to be told.
struct ProxyRound {
    struct Result {
        /// The snapshot differs from the last one that was answered.
        var isNew = false
        var changed: Set<ObjectName> = []
        var failure: DataPlaneError?
        var retryAfter: Duration?
        /// nil: as before.
        var problems: [FrontendAddress: FrontendProblem]?
        var services: [(ObjectName, Condition)] = []
        var pods: [(ObjectName, Condition)] = []
    }

    private(set) var state: ClusterState
    private(set) var compiler = ServiceTableCompiler()
    private var applier: TableApplier
    private var drains: DrainTracker
    private var reports = ServiceReports()
    /// Services that were not compiled since they changed.
    private var changed: Set<ObjectName> = []
    private var isNew = true
    private var lastFailure: DataPlaneError?
    private var lateProblems: [FrontendAddress: FrontendProblem]?

    init(_ plane: any DataPlane, node: NodeContext, time: TimeSource) {
        state = ClusterState(node: node)
        applier = TableApplier(plane, time: time)
        drains = DrainTracker(node: node.name)
    }

    var isCurrent: Bool { applier.isCurrent }

    mutating func take(_ batch: AgentInbox.Batch) {
        if let problems = batch.problems { lateProblems = problems }
        if batch.isDoubtful { applier.invalidate() }
        if let addresses = batch.nodeAddresses {
            var node = state.snapshot.node
            node.nodePortAddresses = addresses
            let services = state.replace(node: node)
            changed.formUnion(services)
            if !services.isEmpty { isNew = true }
        }
        for change in batch.changes {
            let services = state.apply(change)
            changed.formUnion(services)
            drains.take(change)
            if !services.isEmpty || change.concernsNames { isNew = true }
        }
    }

    mutating func apply() async -> Result {
        var result = Result(isNew: isNew, changed: changed)
        isNew = false
        changed = []
        let changes = compiler.update(state.snapshot, changed: result.changed)
        var affected = compiler.affected
        switch await applier.apply(compiler.table, changes) {
        case .applied(let problems):
            affected.formUnion(reports.take(problems, compiler.table))
            result.problems = problems
            lastFailure = nil
        case .failed(let error, let delay):
            lastFailure = error
            result.retryAfter = delay
        case .unchanged:
            if let problems = lateProblems {
                affected.formUnion(reports.take(problems, compiler.table))
                result.problems = problems
            }
        }
        lateProblems = nil
        result.failure = lastFailure
        result.services = reports.news(affected, state.snapshot, compiler)
        if applier.isCurrent {
            result.pods = drains.news(&applier.use, of: compiler.table, &state)
        }
        for (pod, condition) in result.pods where condition.status == "True" {
            state.setDrained(pod)
        }
        return result
    }
}

extension ClusterChange {
    /// DNS answers differently, whether or not a Service has changed.
    fileprivate var concernsNames: Bool {
        switch self {
        case .namespace, .namespaceGone, .serviceCIDR, .serviceCIDRGone: true
        case .service, .serviceGone, .slice, .sliceGone, .pod, .podGone, .node: false
        }
    }
}
