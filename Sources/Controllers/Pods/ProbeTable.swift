package import Addresses
package import KubeAPI
import Synchronization

/// Runs readiness probes.
package protocol ReadinessProber: Sendable {
    /// Probes the container at `address` until the task is cancelled, and reports each change of the outcome.
    /// A probe begins as not ready.
    func probe(
        _ container: Pod.Container, _ probe: Probe, at address: IPAddress,
        report: @escaping @Sendable (Bool) -> Void) async
}

/// The probes of the Pods that stand for something elsewhere, and what they found.
final class ProbeTable: Sendable {
    private struct Entry {
        var uid: String
        var address: IPAddress
        var containers: [Pod.Container]
        var tasks: [Task<Void, Never>] = []
        /// Names of the containers whose probe succeeds.
        var ready: Set<String> = []
    }

    private let entries = Mutex<[ObjectName: Entry]>([:])
    private let prober: any ReadinessProber
    private let changed: @Sendable (ObjectName) -> Void

    /// `changed` is called with a Pod when the outcome of one of its probes changes.
    init(_ prober: any ReadinessProber, changed: @escaping @Sendable (ObjectName) -> Void) {
        self.prober = prober
        self.changed = changed
    }

    /// Makes the probes of the Pod run, if they do not; the answer names the ready containers, those without a
    /// probe among them.
    func ready(_ pod: Pod, at address: IPAddress) -> Set<String> {
        entries.withLock { entries in
            let old = entries[pod.objectName]
            if let old, old.uid == pod.metadata.uid, old.address == address,
                old.containers == pod.containers
            {
                return old.ready
            }
            for task in old?.tasks ?? [] { task.cancel() }
            var entry = Entry(
                uid: pod.metadata.uid, address: address, containers: pod.containers)
            for container in pod.containers {
                if let probe = container.readinessProbe {
                    entry.tasks.append(start(container, probe, pod, address))
                } else {
                    entry.ready.insert(container.name)
                }
            }
            entries[pod.objectName] = entry
            return entry.ready
        }
    }

    func remove(_ pod: ObjectName) {
        let entry = entries.withLock { $0.removeValue(forKey: pod) }
        for task in entry?.tasks ?? [] { task.cancel() }
    }

    func stop() {
        let all = entries.withLock { entries in
            defer { entries = [:] }
            return entries.values.flatMap(\.tasks)
        }
        for task in all { task.cancel() }
    }

    private func start(
        _ container: Pod.Container, _ probe: Probe, _ pod: Pod, _ address: IPAddress
    ) -> Task<Void, Never> {
        Task { [prober, self] in
            await prober.probe(container, probe, at: address) { [self] isReady in
                note(container.name, isReady, of: pod.objectName, uid: pod.metadata.uid)
            }
        }
    }

    private func note(_ container: String, _ isReady: Bool, of pod: ObjectName, uid: String) {
        let isNew = entries.withLock { entries in
            guard entries[pod]?.uid == uid else { return false }
            let wasReady = entries[pod]?.ready.contains(container) ?? false
            if isReady {
                entries[pod]?.ready.insert(container)
            } else {
                entries[pod]?.ready.remove(container)
            }
            return wasReady != isReady
        }
        if isNew { changed(pod) }
    }
}
