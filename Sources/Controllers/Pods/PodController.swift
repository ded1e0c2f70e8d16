package import Addresses
package import KubeAPI
import Synchronization
package import Watching

/// What a kubelet would do, for Pods that are local processes or stand for something elsewhere: addresses,
/// status, readiness, the end.
package final class PodController: Reconciler {
    /// Where the controller runs, and what it gives out.
    package struct Settings: Sendable {
        package var node: String
        /// Pods get one address of each.
        package var podCIDRs: [IPPrefix]
        /// Addresses of the Pod CIDRs that no Pod may have.
        package var reserved: [IPAddress] = []

        package init(node: String, podCIDRs: [IPPrefix]) {
            self.node = node
            self.podCIDRs = podCIDRs
        }
    }

    private struct State {
        var addresses: PodAddresses
        var isAdopted = false
    }

    private let settings: Settings
    private let pods: ObjectCache<Pod>
    private let client: any ObjectClient
    private let events: EventRecorder
    private let time: TimeSource
    private let runners: RunnerTable
    private let probes: ProbeTable
    private let state: Mutex<State>
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run.
    package init(
        _ settings: Settings, _ caches: ClusterCaches, _ client: any ObjectClient,
        events: EventRecorder, runners: any RunnerObserver, prober: any ReadinessProber,
        time: TimeSource
    ) {
        let queue = WorkQueue<ObjectName>()
        self.settings = settings
        self.client = client
        self.events = events
        self.time = time
        self.queue = queue
        pods = caches.pods
        let podsByRunner = caches.pods.index { pod in
            pod.metadata.annotations[PodRole.runnerAnnotation].map { [$0] } ?? []
        }
        let table = RunnerTable(runners) { runner in
            queue.add(podsByRunner.views(runner).map(\.objectName))
        }
        self.runners = table
        probes = ProbeTable(prober) { queue.add($0) }
        state = Mutex(
            State(
                addresses: PodAddresses(cidrs: settings.podCIDRs, reserved: settings.reserved)))
        caches.pods.observe { event in
            switch event {
            case .synced: break
            case .upserted(let new, _): queue.add(new.name)
            case .deleted(let last):
                queue.add(last.name)
                if let runner = last.view.metadata.annotations[PodRole.runnerAnnotation],
                    podsByRunner.count(runner) == 0
                {
                    table.forget(runner)
                }
            }
        }
    }

    /// Ends the probes and the watches of runners.
    package func stop() {
        probes.stop()
        runners.stop()
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        adoptOnce()
        guard let object = pods[key] else {
            probes.remove(key)
            state.withLock { $0.addresses.release(key, now: time.now()) }
            return .done
        }
        let pod = object.view
        note(pod)
        let plan = PodPlan(
            pod, node: settings.node, podCIDRs: settings.podCIDRs, now: time.timestamp,
            isRunnerGone: runners.isGone)
        switch plan {
        case .nothing: return .done
        case .allocate: return try await allocate(pod)
        case .reap:
            try await reap(object)
            return .done
        case .finish:
            try await delete(pod)
            return .done
        case .wait(let delay): return .again(after: delay)
        case .show(let addresses):
            try await show(object, at: addresses)
            return .done
        case .explain(let reason, let message):
            try await explain(object, reason, message)
            return .done
        }
    }

    /// Before the first address is given out, all that are in use must be known.
    private func adoptOnce() {
        state.withLock { state in
            guard !state.isAdopted else { return }
            state.isAdopted = true
            for pod in pods.objects.map(\.view) {
                state.addresses.adopt(pod, addresses: pod.podIPs.compactMap { IPAddress($0) })
            }
        }
    }

    private func note(_ pod: Pod) {
        state.withLock { state in
            state.addresses.releaseOthers(
                of: pod.objectName, than: pod.metadata.uid, now: time.now())
            state.addresses.adopt(pod, addresses: pod.podIPs.compactMap { IPAddress($0) })
        }
    }

    private func allocate(_ pod: Pod) async throws(Status) -> Reconciliation {
        let addresses = state.withLock { $0.addresses.assign(pod, now: time.now()) }
        guard let addresses, !addresses.isEmpty else {
            let cidrs = settings.podCIDRs.map(\.description).joined(separator: ", ")
            await events.record(
                .warning, about: pod, reason: "NoAddress",
                "no address is free in the Pod CIDR \(cidrs)")
            return .again(after: .seconds(5))
        }
        // Phase and conditions are the runner's: a merge patch touches nothing else.
        var tree = PodStatusTree([:], now: time.timestamp)
        tree.setAddresses(addresses)
        _ = try await client.patch(
            .pods, pod.objectName, .merge(tree.pod), subresource: "status")
        return .done
    }

    private func reap(_ object: CachedObject<Pod>) async throws(Status) {
        if object.view.isReady {
            try await write(object) { tree in
                for type in ["Ready", "ContainersReady"] {
                    tree.setCondition(
                        type, false, reason: "RunnerGone",
                        message: "the `pointsman run` of this Pod has ended")
                }
            }
        }
        try await delete(object.view)
    }

    private func show(
        _ object: CachedObject<Pod>, at addresses: [IPAddress]
    ) async throws(Status) {
        let pod = object.view
        let ready = probes.ready(pod, at: addresses[0])
        let waiting = pod.containers.map(\.name).filter { !ready.contains($0) }
        let message =
            waiting.isEmpty
            ? "" : "containers with unready status: [\(waiting.joined(separator: " "))]"
        let reason = waiting.isEmpty ? "" : "ContainersNotReady"
        try await write(object) { tree in
            tree.setAddresses(addresses)
            tree.set("phase", "Running")
            tree.setContainers(pod.containers, isReady: ready.contains)
            for type in ["PodScheduled", "Initialized"] { tree.setCondition(type, true) }
            for type in ["ContainersReady", "Ready"] {
                tree.setCondition(type, waiting.isEmpty, reason: reason, message: message)
            }
        }
    }

    private func explain(
        _ object: CachedObject<Pod>, _ reason: String, _ message: String
    ) async throws(Status) {
        probes.remove(object.name)
        try await write(object) { tree in
            tree.set("phase", "Pending")
            tree.setCondition(
                "PodScheduled", false, reason: "Unschedulable", message: message)
        }
        await events.record(.warning, about: object.view, reason: reason, message)
    }

    /// Writes the status if it changes. The write is refused if the Pod is not as it was read.
    private func write(
        _ object: CachedObject<Pod>, _ change: (inout PodStatusTree) -> Void
    ) async throws(Status) {
        guard let json = try? object.encoded.json() else { return }
        var tree = PodStatusTree(json, now: time.timestamp)
        change(&tree)
        guard tree.pod != json else { return }
        do throws(Status) {
            _ = try await client.update(.pods, tree.pod, subresource: "status")
        } catch {
            if error.reason != .notFound { throw error }
        }
    }

    private func delete(_ pod: Pod) async throws(Status) {
        probes.remove(pod.objectName)
        do throws(Status) {
            try await client.delete(
                .pods, pod.objectName,
                DeleteOptions(gracePeriodSeconds: 0, uid: pod.metadata.uid))
        } catch {
            if error.reason != .notFound, error.reason != .conflict { throw error }
        }
    }
}
