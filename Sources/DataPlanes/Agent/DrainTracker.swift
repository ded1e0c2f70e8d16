import Addresses
import KubeAPI
import LoadBalancing

/// Watches over the Pods of this node that are on their way out, and says when nothing new is sent to them.
struct DrainTracker {
    static let condition = PointsmanName.drained

    private let node: String
    private var terminating: [ObjectName: Pod] = [:]
    private var told: [ObjectName: Condition] = [:]

    init(node: String) { self.node = node }

    mutating func take(_ change: ClusterChange) {
        switch change {
        case .pod(let pod):
            guard pod.isTerminating, pod.nodeName == node else { return }
            if terminating[pod.objectName]?.metadata.uid != pod.metadata.uid {
                told[pod.objectName] = pod.conditions.first { $0.type == Self.condition }
            }
            terminating[pod.objectName] = pod
        case .podGone(let name):
            terminating[name] = nil
            told[name] = nil
        case .service, .serviceGone, .slice, .sliceGone, .node, .namespace, .namespaceGone,
            .serviceCIDR, .serviceCIDRGone:
            break
        }
    }

    /// The conditions that are true now and have not been told, for the table that has just been applied.
    mutating func news(
        _ use: inout BackendUse, of table: ServiceTable, _ state: inout ClusterState
    ) -> [(ObjectName, Condition)] {
        var news: [(ObjectName, Condition)] = []
        if terminating.isEmpty { use.reset() }
        for (name, pod) in terminating.sorted(by: { $0.key < $1.key }) {
            let isUsed = pod.podIPs.contains { text in
                IPAddress(text).map { use.contains($0, in: table) } ?? false
            }
            guard let condition = Self.condition(of: pod, isUsed: isUsed, &state),
                told[name]?.status != condition.status || told[name]?.reason != condition.reason
            else { continue }
            told[name] = condition
            news.append((name, condition))
        }
        return news
    }

    private static func condition(
        of pod: Pod, isUsed: Bool, _ state: inout ClusterState
    ) -> Condition? {
        if !isUsed {
            return Condition(
                type: condition, status: "True", reason: "NothingSent",
                message: "no new connection is sent to this Pod")
        }
        let slices = state.services(ofPod: pod.objectName).flatMap {
            (state.snapshot.slices[$0] ?? [:]).values
        }
        let endpoints = slices.flatMap(\.endpoints).filter { $0.pod == pod.objectName }
        // Until every slice says that the Pod is terminating, the table is behind, and may yet leave it out.
        guard endpoints.allSatisfy(\.isTerminating) else { return nil }
        if endpoints.contains(where: \.isReady) {
            return Condition(
                type: condition, status: "False", reason: "PublishesNotReadyAddresses",
                message: "the Pod gets connections as long as it exists: a Service of it publishes "
                    + "endpoints that are not ready")
        }
        return Condition(
            type: condition, status: "False", reason: "OnlyTerminatingLeft",
            message: "the Pod still gets connections: its Services have no ready endpoint left")
    }
}
