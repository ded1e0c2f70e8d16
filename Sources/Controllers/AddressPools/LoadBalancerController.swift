package import Addresses
package import KubeAPI
import LoadBalancing
import Synchronization
package import Watching

/// Gives Services of type LoadBalancer their addresses from the configured pools. Run its loop with width 1.
package final class LoadBalancerController: Reconciler {
    /// `spec.loadBalancerClass` of the Services that are this controller's, beside those without a class.
    package static let loadBalancerClass = "pointsman.dev/load-balancer"
    /// False while a Service lacks an address that it asks for; absent where all is well.
    package static let condition = "pointsman.dev/LoadBalancerAddress"

    private struct State {
        var addresses: LoadBalancerAddresses
        var isAdopted = false
        /// Services that an address that comes free may help.
        var waiting: Set<ObjectName> = []
    }

    private let services: ObjectCache<Service>
    private let client: any ObjectClient
    private let events: EventRecorder
    private let time: TimeSource
    private let state: Mutex<State>
    package let queue: WorkQueue<ObjectName>

    /// Make it before the caches run; the pools are used in this order.
    package init(
        _ caches: ClusterCaches, _ client: any ObjectClient, pools: [IPPrefix],
        events: EventRecorder, time: TimeSource
    ) {
        let queue = WorkQueue<ObjectName>()
        services = caches.services
        self.client = client
        self.events = events
        self.time = time
        self.queue = queue
        state = Mutex(State(addresses: LoadBalancerAddresses(pools: pools)))
        caches.services.observe { event in
            switch event {
            case .synced: break
            case .upserted(let new, let old):
                if new.view.spec.type == .loadBalancer || old?.view.spec.type == .loadBalancer {
                    queue.add(new.name)
                }
            case .deleted(let last):
                if last.view.spec.type == .loadBalancer { queue.add(last.name) }
            }
        }
    }

    package func reconcile(_ key: ObjectName) async throws(Status) -> Reconciliation {
        adoptOnce()
        guard let service = services[key]?.view, service.isBalancedHere else {
            release(key)
            return .done
        }
        let outcome = state.withLock { state in
            let before = state.addresses.addresses(of: key)
            let outcome = state.addresses.assign(service)
            let isWaiting = outcome.problem != nil
            if isWaiting { state.waiting.insert(key) } else { state.waiting.remove(key) }
            if !Set(before).isSubset(of: outcome.addresses) {
                queue.add(state.waiting.subtracting([key]))
            }
            return outcome
        }
        var status = service.status
        status.show(outcome, generation: service.metadata.generation, at: time.timestamp)
        if status != service.status {
            var changed = service
            changed.status = status
            _ = try await client.update(.services, changed.json, subresource: "status")
            await announce(outcome, on: service)
        }
        return .done
    }

    /// Before the first address is given out, all that are in use must be known.
    private func adoptOnce() {
        state.withLock { state in
            guard !state.isAdopted else { return }
            state.isAdopted = true
            let all = services.objects.map(\.view).filter(\.isBalancedHere)
            let oldestFirst = all.sorted {
                ($0.metadata.creationTimestamp ?? "", $0.objectName)
                    < ($1.metadata.creationTimestamp ?? "", $1.objectName)
            }
            for service in oldestFirst { state.addresses.adopt(service) }
        }
    }

    private func release(_ key: ObjectName) {
        state.withLock { state in
            state.waiting.remove(key)
            if state.addresses.release(key) { queue.add(state.waiting) }
        }
    }

    private func announce(
        _ outcome: LoadBalancerAddresses.Outcome, on service: Service
    ) async {
        if let problem = outcome.problem {
            await events.record(
                .warning, about: service, reason: problem.reason, problem.message)
        } else {
            let texts = outcome.addresses.map(\.description).joined(separator: ", ")
            await events.record(
                .normal, about: service, reason: "LoadBalancerAddressAssigned",
                "Assigned load-balancer IP \(texts)")
        }
    }
}

extension Service {
    fileprivate var isBalancedHere: Bool {
        spec.type == .loadBalancer
            && (spec.loadBalancerClass == nil
                || spec.loadBalancerClass == LoadBalancerController.loadBalancerClass)
    }
}

extension ServiceStatus {
    fileprivate mutating func show(
        _ outcome: LoadBalancerAddresses.Outcome, generation: Int64, at time: Timestamp
    ) {
        let old = ingress
        ingress = outcome.addresses.map { address in
            let text = address.description
            return old.first { $0.ip == text }
                ?? LoadBalancerIngress(ip: text, ipMode: "VIP")
        }
        let type = LoadBalancerController.condition
        let before = conditions.first { $0.type == type }
        conditions.removeAll { $0.type == type }
        guard let problem = outcome.problem else { return }
        let isSame = before?.reason == problem.reason && before?.message == problem.message
        conditions.append(
            Condition(
                type: type, status: "False", observedGeneration: generation,
                lastTransitionTime: isSame ? before?.lastTransitionTime : time.description,
                reason: problem.reason, message: problem.message))
    }
}
