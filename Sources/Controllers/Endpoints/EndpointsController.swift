package import KubeAPI
package import Watching

/// Keeps the legacy Endpoints object of every Service with a selector, and deletes it with the Service. What was made
/// by hand goes with a Service, too, and at the start if there is none of its name, as in Kubernetes.
package final class EndpointsController: Reconciler {
    private let caches: ClusterCaches
    private let selection: ServiceSelection
    private let client: any ObjectClient
    private let pending = PendingWrites<Endpoints>()
    private let triggers = TriggerTimes()
    private let batch: BatchPeriod
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run.
    package init(
        _ caches: ClusterCaches, _ selection: ServiceSelection, _ client: any ObjectClient,
        _ settings: ControllerSettings, time: TimeSource
    ) {
        let queue = WorkQueue<ObjectName>()
        let batch = BatchPeriod(settings.endpointsBatchPeriod, time)
        self.caches = caches
        self.selection = selection
        self.client = client
        self.batch = batch
        self.queue = queue
        ServiceChanges.observe(caches, selection, queue, batch)
        caches.endpoints.observe { [pending, caches] event in
            guard !pending.isOwn(event) else { return }
            switch event {
            case .synced:
                // At the start, leftovers of Services that are gone must be found (rule E-022).
                queue.add(caches.endpoints.objects.map(\.name))
            case .upserted(let new, _):
                if caches.services[new.name] != nil { queue.add(new.name) }
            case .deleted(let last):
                if caches.services[last.name] != nil { queue.add(last.name) }
            }
        }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        let existing = current(key)
        guard let service = caches.services[key]?.view else {
            triggers.forget(key)
            if let existing, !existing.electsLeader { try await delete(existing) }
            return .done
        }
        guard service.effectiveSelector != nil else { return .done }
        if let wait = batch.remaining(key) { return .again(after: wait) }
        let pods = selection.pods(of: service)
        let trigger = triggers.observe(service, pods)
        switch EndpointsPlan(service, pods: pods, existing: existing, triggerTime: trigger.time) {
        case .nothing: break
        case .create(let endpoints):
            try await write(key) { () throws(Status) in
                try await client.create(.endpoints, endpoints.json)
            }
        case .update(let endpoints):
            try await write(key) { () throws(Status) in
                try await client.update(.endpoints, endpoints.json)
            }
        }
        triggers.settle(trigger)
        return .done
    }

    private func current(_ key: ObjectName) -> Endpoints? {
        let seen = caches.endpoints.resourceVersion
        let cached = caches.endpoints[key].map { [$0] } ?? []
        return pending.overlay(cached, seen: seen) { $0.objectName == key }.first?.view
    }

    private func write(
        _ name: ObjectName, _ send: () async throws(Status) -> EncodedObject
    ) async throws(Status) {
        do throws(Status) {
            let stored = try await send()
            if let object = try? CachedObject<Endpoints>(stored) { pending.stored(object) }
        } catch {
            pending.forget(name)
            throw error
        }
    }

    private func delete(_ endpoints: Endpoints) async throws(Status) {
        pending.deleting(endpoints.objectName, at: endpoints.metadata.resourceVersion)
        do throws(Status) {
            try await client.delete(
                .endpoints, endpoints.objectName, DeleteOptions(uid: endpoints.metadata.uid))
        } catch {
            pending.forget(endpoints.objectName)
            if error.reason != .notFound { throw error }
        }
    }
}

extension Endpoints {
    /// Endpoints that only serve leader election have no Service, and stay.
    fileprivate var electsLeader: Bool { metadata.annotations[EndpointLabels.leader] != nil }
}
