import KubeAPI
import Watching

/// Finds the Services whose endpoints a change may concern.
enum ServiceChanges {
    /// Adds each such Service to the queue, on every change of a Service or of a Pod; those of a Pod wait for `batch`.
    static func observe(
        _ caches: ClusterCaches, _ selection: ServiceSelection, _ queue: WorkQueue<ObjectName>,
        _ batch: BatchPeriod
    ) {
        @Sendable func changed(_ service: ObjectName) {
            batch.release(service)
            queue.add(service)
        }

        caches.services.observe { event in
            switch event {
            case .synced: break
            case .upserted(let new, let old):
                if old.map({ !$0.view.hasSameEndpointSettings(as: new.view) }) ?? true {
                    changed(new.name)
                }
            case .deleted(let last): changed(last.name)
            }
        }
        caches.pods.observe { event in
            let pods: [Pod]
            switch event {
            case .synced: pods = []
            case .upserted(let new, nil): pods = [new.view]
            case .upserted(let new, let old?):
                pods =
                    !new.view.differsInEndpoints(from: old.view)
                    ? []
                    : new.view.metadata.labels == old.view.metadata.labels
                        ? [new.view] : [new.view, old.view]
            case .deleted(let last): pods = [last.view]
            }
            for service in pods.flatMap(selection.services) {
                batch.hold(service)
                queue.add(service)
            }
        }
    }
}

extension Service {
    /// True if no difference to `other` can matter to its endpoints: a new status does not.
    fileprivate func hasSameEndpointSettings(as other: Service) -> Bool {
        spec == other.spec && metadata.uid == other.metadata.uid
            && metadata.labels == other.metadata.labels
            && metadata.annotations == other.metadata.annotations
            && metadata.deletionTimestamp == other.metadata.deletionTimestamp
    }
}
