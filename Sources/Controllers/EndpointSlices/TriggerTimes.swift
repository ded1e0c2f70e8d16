import KubeAPI
import Synchronization

/// When the change happened that a write of endpoints is for (rule E-007): the earliest time of what is newer than
/// at the Service's last plan.
final class TriggerTimes: Sendable {
    private struct Seen {
        var pods: [String: Timestamp] = [:]
        var service: Timestamp?
    }

    private let seen = Mutex<[ObjectName: Seen]>([:])

    /// The time for the annotation; nil if nothing that carries a time changed.
    func time(of service: Service, _ pods: [Pod]) -> Timestamp? {
        let created = service.metadata.creationTimestamp.flatMap { Timestamp($0) }
        var now = Seen(service: created)
        for pod in pods { now.pods[pod.metadata.name] = pod.readyTransition }
        return seen.withLock { seen in
            guard let last = seen.updateValue(now, forKey: service.objectName) else {
                return created
            }
            var times = now.pods.filter { pod, time in last.pods[pod].map { time > $0 } ?? true }
                .map(\.value)
            if let created, last.service.map({ created > $0 }) ?? true { times.append(created) }
            return times.min()
        }
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
