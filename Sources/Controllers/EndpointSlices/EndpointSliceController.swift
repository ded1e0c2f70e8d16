package import KubeAPI
package import Watching

/// Keeps the EndpointSlices of every Service with a selector (rules E-003 to E-007).
package final class EndpointSliceController: Reconciler {
    private let caches: ClusterCaches
    private let selection: ServiceSelection
    private let writer: SliceWriter
    private let topology: NodeTopology
    private let events: EventRecorder
    private let triggers = TriggerTimes()
    private let limit: Int
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run; `limit` is the greatest number of endpoints in a slice.
    package init(
        _ caches: ClusterCaches, _ selection: ServiceSelection, _ client: any ObjectClient,
        events: EventRecorder, limit: Int = 100
    ) {
        let queue = WorkQueue<ObjectName>()
        self.caches = caches
        self.selection = selection
        self.events = events
        self.limit = limit
        self.queue = queue
        writer = SliceWriter(
            client, caches.endpointSlices, controller: EndpointLabels.sliceController)
        let hinted = caches.services.index { $0.asksForProportionalHints ? [true] : [] }
        topology = NodeTopology(caches.nodes) { node in
            if let node {
                queue.add(selection.services(onNode: node))
            } else {
                queue.add(hinted.views(true).map(\.objectName))
            }
        }
        ServiceChanges.observe(caches, selection) { queue.add($0) }
        writer.observeOthers { queue.add($0) }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        guard let service = caches.services[key]?.view else {
            triggers.forget(key)
            try await collect(key)
            return .done
        }
        guard service.effectiveSelector != nil else { return .done }
        let pods = selection.pods(of: service)
        var input = EndpointSlicePlan.Input(
            service: service, pods: pods, existing: writer.slices(of: key))
        input.topology = topology.current
        input.limit = limit
        input.isTaken = { [writer] in
            writer.exists(ObjectName(namespace: key.namespace, name: $0))
        }
        var plan = EndpointSlicePlan(input)
        if !plan.slices.isEmpty {
            plan.stamp(triggers.time(of: service, pods))
            try await writer.carryOut(plan.slices)
        }
        await report(plan, about: service)
        return .done
    }

    /// Deletes what a Service left behind when it went; the API server may be faster.
    private func collect(_ service: ObjectName) async throws(Status) {
        var plan = SlicePlan()
        plan.deletes = writer.slices(of: service).filter { slice in
            slice.metadata.ownerReferences.contains {
                $0.kind == "Service" && $0.name == service.name
            }
        }
        try await writer.carryOut(plan)
    }

    private func report(_ plan: EndpointSlicePlan, about service: Service) async {
        guard let (family, problem) = plan.hintProblems.min(by: { $0.key < $1.key }) else { return }
        await events.record(
            .warning, about: service, reason: "TopologyAwareHintsDisabled",
            "\(problem.rawValue), addressType: \(family)")
    }
}
