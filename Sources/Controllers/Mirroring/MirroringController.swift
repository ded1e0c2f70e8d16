package import KubeAPI
package import Watching

/// Mirrors the Endpoints of Services without selector into EndpointSlices, which is all that proxies read.
package final class MirroringController: Reconciler {
    private let caches: ClusterCaches
    private let writer: SliceWriter
    private let limit: Int
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run; `limit` is the greatest number of endpoints in a slice.
    package init(_ caches: ClusterCaches, _ client: any ObjectClient, limit: Int = 100) {
        let queue = WorkQueue<ObjectName>()
        self.caches = caches
        self.limit = limit
        self.queue = queue
        writer = SliceWriter(
            client, caches.endpointSlices, controller: EndpointLabels.mirroringController)
        caches.endpoints.observe { event in
            switch event {
            case .synced: break
            case .upserted(let new, _): queue.add(new.name)
            case .deleted(let last): queue.add(last.name)
            }
        }
        caches.services.observe { event in
            switch event {
            case .synced: break
            case .upserted(let new, let old):
                let before = old.map { $0.view.effectiveSelector != nil }
                let types = (old?.view.spec.type, new.view.spec.type)
                if before != (new.view.effectiveSelector != nil) || types.0 != types.1 {
                    queue.add(new.name)
                }
            case .deleted(let last): queue.add(last.name)
            }
        }
        writer.observeOthers { queue.add($0) }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        let plan = MirroringPlan(
            caches.endpoints[key]?.view, of: caches.services[key]?.view,
            existing: writer.slices(of: key), limit: limit
        ) { writer.exists(ObjectName(namespace: key.namespace, name: $0)) }
        try await writer.carryOut(plan.slices)
        return .done
    }
}
