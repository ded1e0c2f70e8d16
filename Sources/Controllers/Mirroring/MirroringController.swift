package import KubeAPI
package import Watching

/// Mirrors the Endpoints of Services without selector into EndpointSlices, which is all that proxies read.
package final class MirroringController: Reconciler {
    /// The source of this controller's Events, as in Kubernetes.
    package static let component = "endpoint-slice-mirroring-controller"

    private let caches: ClusterCaches
    private let writer: SliceWriter
    private let events: EventRecorder
    private let limit: Int
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run; `limit` is the greatest number of addresses of a subset that are mirrored.
    package init(
        _ caches: ClusterCaches, _ client: any ObjectClient, events: EventRecorder,
        limit: Int = MirroringPlan.subsetLimit
    ) {
        let queue = WorkQueue<ObjectName>()
        self.caches = caches
        self.events = events
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
                if old == nil || old?.view.spec.selector != new.view.spec.selector {
                    queue.add(new.name)
                }
            case .deleted(let last): queue.add(last.name)
            }
        }
        writer.observeOthers { queue.add($0) }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        let endpoints = caches.endpoints[key]?.view
        let plan = MirroringPlan(
            endpoints, of: caches.services[key]?.view, existing: writer.slices(of: key),
            limit: limit
        ) { writer.exists(ObjectName(namespace: key.namespace, name: $0)) }
        try await writer.carryOut(plan.slices)
        if let endpoints { await report(plan, about: endpoints) }
        return .done
    }

    private func report(_ plan: MirroringPlan, about endpoints: Endpoints) async {
        if plan.invalidAddresses > 0 {
            await events.record(
                .warning, about: endpoints, reason: "InvalidIPAddress",
                "Skipped \(plan.invalidAddresses) invalid IP addresses when mirroring to "
                    + "EndpointSlices")
        }
        if plan.skippedAddresses > plan.invalidAddresses {
            await events.record(
                .warning, about: endpoints, reason: "TooManyAddressesToMirror",
                "A max of \(limit) addresses can be mirrored to EndpointSlices per Endpoints "
                    + "subset. \(plan.skippedAddresses) addresses were skipped")
        }
    }
}
