import Addresses
import KubeAPI
import LoadBalancing
import Synchronization
import Watching

/// Takes the changes of the caches and hands them over in batches: whatever has come while the last batch was
/// worked on is the next one. No change waits for others.
final class AgentInbox: Sendable {
    /// What came since the last `take`, in order.
    struct Batch: Sendable {
        var changes: [ClusterChange] = []
        /// Every kind has been listed once.
        var isComplete = false
        /// What the data plane says by itself between two tables; nil: nothing.
        var problems: [FrontendAddress: FrontendProblem]?
        /// The data plane may have something else than what was applied.
        var isDoubtful = false
        /// The addresses at which NodePorts are served by now; nil: as before.
        var nodeAddresses: Set<IPAddress>?
        /// Who wants to see the state after this batch.
        var questions: [Question] = []
    }

    typealias Question = CheckedContinuation<ProxyAgent.View?, Never>

    private struct State {
        var changes: [ClusterChange] = []
        var listed: Set<Resource> = []
        var problems: [FrontendAddress: FrontendProblem]?
        var isDoubtful = false
        var nodeAddresses: Set<IPAddress>?
        var questions: [Question] = []
        var isClosed = false
    }

    /// ServiceCIDRs are not among them: an API before Kubernetes 1.33 has none.
    private static let kinds: Set<Resource> = [
        .services, .endpointSlices, .pods, .nodes, .namespaces,
    ]

    private let state = Mutex(State())
    private let wake: AsyncStream<Void>.Continuation
    /// One element when there is something to take.
    let wakeups: AsyncStream<Void>

    init() {
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func take() -> Batch {
        state.withLock { state in
            defer {
                state.changes = []
                state.problems = nil
                state.isDoubtful = false
                state.nodeAddresses = nil
                state.questions = []
            }
            return Batch(
                changes: state.changes, isComplete: state.listed.isSuperset(of: Self.kinds),
                problems: state.problems, isDoubtful: state.isDoubtful,
                nodeAddresses: state.nodeAddresses, questions: state.questions)
        }
    }

    /// The state after the next batch; nil once the agent has ended.
    func ask() async -> ProxyAgent.View? {
        await withCheckedContinuation { question in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.questions.append(question) }
                return state.isClosed
            }
            if isClosed { question.resume(returning: nil) } else { wakeUp() }
        }
    }

    /// Nobody takes batches any more.
    func close() {
        let questions = state.withLock { state in
            state.isClosed = true
            defer { state.questions = [] }
            return state.questions
        }
        for question in questions { question.resume(returning: nil) }
    }

    func wakeUp() { wake.yield() }

    /// The problems that are left, all of them.
    func put(_ problems: [FrontendAddress: FrontendProblem]) {
        state.withLock { $0.problems = problems }
        wakeUp()
    }

    /// Everything is to be compared with the data plane again.
    func doubt() {
        state.withLock { $0.isDoubtful = true }
        wakeUp()
    }

    func put(nodeAddresses: Set<IPAddress>) {
        state.withLock { $0.nodeAddresses = nodeAddresses }
        wakeUp()
    }

    /// Call it once. Of the Pods only those are passed on that matter: weights, and Pods of this node on their way out.
    func observe(_ caches: ClusterCaches, node: String) {
        observe(caches.services, { .service($0) }, { .serviceGone($0) })
        observe(caches.endpointSlices, { .slice($0) }, { .sliceGone($0) })
        observe(caches.namespaces, { .namespace($0.metadata.name) }, { .namespaceGone($0.name) })
        observe(caches.serviceCIDRs, { .serviceCIDR($0) }, { .serviceCIDRGone($0.name) })
        observe(caches.nodes, { .node($0) }, { _ in nil }) { new, _ in new.metadata.name == node }
        observe(caches.pods, { .pod($0) }, { .podGone($0) }) { new, old in
            let weight = new.metadata.annotations[Scheduler.weightAnnotation]
            return new.isTerminating && new.nodeName == node
                || weight != old?.metadata.annotations[Scheduler.weightAnnotation]
        }
    }

    private func observe<Kind: KubeObject>(
        _ cache: ObjectCache<Kind>, _ upserted: @escaping @Sendable (Kind) -> ClusterChange,
        _ deleted: @escaping @Sendable (ObjectName) -> ClusterChange?,
        where matters: @escaping @Sendable (Kind, Kind?) -> Bool = { _, _ in true }
    ) {
        cache.observe { [self] event in
            switch event {
            case .synced:
                state.withLock { _ = $0.listed.insert(Kind.resource) }
            case .upserted(let new, let old):
                guard matters(new.view, old?.view) else { return }
                let change = upserted(new.view)
                state.withLock { $0.changes.append(change) }
            case .deleted(let last):
                guard let change = deleted(last.name) else { return }
                state.withLock { $0.changes.append(change) }
            }
            wakeUp()
        }
    }
}
