import Addresses
package import KubeAPI
import Synchronization
package import Watching

/// Keeps the EndpointSlices of every Service with a selector (rules E-003 to E-007).
package final class EndpointSliceController: Reconciler {
    /// The source of this controller's Events, as in Kubernetes.
    package static let component = "endpoint-slice-controller"

    private let caches: ClusterCaches
    private let selection: ServiceSelection
    private let writer: SliceWriter
    private let topology: NodeTopology
    private let events: EventRecorder
    private let triggers = TriggerTimes()
    /// Services whose slices have proportional hints, as far as this process has given them.
    private let hinted = Mutex<Set<ObjectName>>([])
    private let limit: Int
    private let batch: BatchPeriod
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run.
    package init(
        _ caches: ClusterCaches, _ selection: ServiceSelection, _ client: any ObjectClient,
        _ settings: ControllerSettings, events: EventRecorder, time: TimeSource
    ) {
        let queue = WorkQueue<ObjectName>()
        let batch = BatchPeriod(settings.endpointSliceBatchPeriod, time)
        self.caches = caches
        self.selection = selection
        self.events = events
        self.batch = batch
        self.queue = queue
        limit = settings.maxEndpointsPerSlice
        writer = SliceWriter(
            client, caches.endpointSlices, controller: EndpointLabels.sliceController)
        let asking = caches.services.index { $0.asksForProportionalHints ? [true] : [] }
        topology = NodeTopology(caches.nodes) { node in
            if let node {
                queue.add(selection.services(onNode: node))
            } else {
                queue.add(asking.views(true).map(\.objectName))
            }
        }
        ServiceChanges.observe(caches, selection, queue, batch)
        writer.observeOthers { queue.add($0) }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        guard let service = caches.services[key]?.view else {
            triggers.forget(key)
            hinted.withLock { _ = $0.remove(key) }
            try await collect(key)
            return .done
        }
        guard service.effectiveSelector != nil else { return .done }
        if let wait = batch.remaining(key) { return .again(after: wait) }
        let pods = selection.pods(of: service)
        var input = EndpointSlicePlan.Input(
            service: service, pods: pods, existing: writer.slices(of: key))
        input.topology = topology.current
        input.limit = limit
        input.isTaken = { [writer] in
            writer.exists(ObjectName(namespace: key.namespace, name: $0))
        }
        var plan = EndpointSlicePlan(input)
        let trigger = triggers.observe(service, pods)
        if !plan.slices.isEmpty {
            plan.stamp(trigger.time)
            try await writer.carryOut(plan.slices)
        }
        triggers.settle(trigger)
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

    // MARK: Events

    private func report(_ plan: EndpointSlicePlan, about service: Service) async {
        for (family, problem) in plan.families {
            await reportHints(problem, family, of: service)
        }
        guard let (pod, node) = plan.stray else { return }
        let name = "\(service.metadata.namespace)/\(service.metadata.name)"
        await events.record(
            .warning, about: service, reason: "FailedToUpdateEndpointSlices",
            "Error updating Endpoint Slices for Service \(name): skipping Pod \(pod) for Service "
                + "\(name): Node \(node) Not Found")
    }

    /// Tells when proportional hints begin, why they cannot be, and when they end.
    private func reportHints(
        _ problem: HintProblem?, _ family: IPFamily, of service: Service
    ) async {
        let isAuto = service.asksForProportionalHints
        let isHinted = isAuto && problem == nil
        let wasHinted = hinted.withLock { hinted in
            defer {
                if isHinted {
                    hinted.insert(service.objectName)
                } else {
                    hinted.remove(service.objectName)
                }
            }
            return hinted.contains(service.objectName)
        }
        if let problem {
            await record(.warning, "Disabled", problem.message, family, service)
        } else if isHinted, !wasHinted {
            let message = "Topology Aware Hints has been enabled"
            await record(.normal, "Enabled", message, family, service)
        } else if wasHinted, !isAuto {
            let message = "Topology Aware Hints has been disabled"
            await record(.warning, "Disabled", message, family, service)
        }
    }

    private func record(
        _ severity: EventRecorder.Severity, _ what: String, _ message: String, _ family: IPFamily,
        _ service: Service
    ) async {
        await events.record(
            severity, about: service, reason: "TopologyAwareHints\(what)",
            "\(message), addressType: \(family)")
    }
}
