import KubeAPI
import Synchronization

/// When the change happened that a write of endpoints is for (rule E-007): the earliest time of what is newer than
/// at the Service's last plan.
final class TriggerTimes: Sendable {
    /// What there is to see of a Service and its Pods at the moment of a plan.
    struct Observation: Equatable, Sendable {
        fileprivate var service: ObjectName
        fileprivate var created: Timestamp?
        fileprivate var pods: [String: Timestamp] = [:]
        /// For the annotation; nil if nothing that carries a time changed.
        fileprivate(set) var time: Timestamp?
    }

    private let seen = Mutex<[ObjectName: Observation]>([:])

    func observe(_ service: Service, _ pods: [Pod]) -> Observation {
        let created = service.metadata.creationTimestamp.flatMap { Timestamp($0) }
        var now = Observation(service: service.objectName, created: created)
        for pod in pods { now.pods[pod.metadata.name] = pod.readyTransition }
        guard let last = seen.withLock({ $0[service.objectName] }) else {
            now.time = created
            return now
        }
        var times = now.pods.filter { pod, time in last.pods[pod].map { time > $0 } ?? true }
            .map(\.value)
        if let created, last.created.map({ created > $0 }) ?? true { times.append(created) }
        now.time = times.min()
        return now
    }

    /// The plan was carried out: only what is newer counts next time.
    func settle(_ observation: Observation) {
        seen.withLock { $0[observation.service] = observation }
    }

    func forget(_ service: ObjectName) {
        seen.withLock { $0[service] = nil }
    }
}

extension Pod {
    fileprivate var readyTransition: Timestamp? {
        conditions.first { $0.type == "Ready" }?.lastTransitionTime.flatMap { Timestamp($0) }
    }
}
