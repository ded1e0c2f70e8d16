package import KubeAPI
package import Watching

/// Keeps the legacy Endpoints object of every Service with a selector, and deletes it with the Service.
package final class EndpointsController: Reconciler {
    private let caches: ClusterCaches
    private let selection: ServiceSelection
    private let client: any ObjectClient
    private let pending = PendingWrites<Endpoints>()
    private let triggers = TriggerTimes()
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run.
    package init(
        _ caches: ClusterCaches, _ selection: ServiceSelection, _ client: any ObjectClient
    ) {
        let queue = WorkQueue<ObjectName>()
        self.caches = caches
        self.selection = selection
        self.client = client
        self.queue = queue
        ServiceChanges.observe(caches, selection) { queue.add($0) }
        caches.endpoints.observe { [pending, services = caches.services] event in
            guard !pending.isOwn(event) else { return }
            switch event {
            case .synced: break
            case .upserted(let new, nil):
                // At the start, leftovers of Services that are gone must be found (rule E-022).
                if services[new.name] != nil || new.view.isMadeByController { queue.add(new.name) }
            case .upserted(let new, _): if services[new.name] != nil { queue.add(new.name) }
            case .deleted(let last): queue.add(last.name)
            }
        }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        let existing = current(key)
        guard let service = caches.services[key]?.view else {
            triggers.forget(key)
            if let existing, existing.isMadeByController { try await delete(existing) }
            return .done
        }
        guard service.effectiveSelector != nil else { return .done }
        let pods = selection.pods(of: service)
        let plan = EndpointsPlan(service, pods: pods, existing: existing) {
            triggers.time(of: service, pods)
        }
        switch plan {
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
    /// Hand-made Endpoints are never deleted, nor are those that only serve leader election.
    fileprivate var isMadeByController: Bool {
        metadata.labels[EndpointLabels.endpointsManagedBy] == EndpointLabels.endpointsController
            && metadata.annotations[EndpointLabels.leader] == nil
    }
}
