import KubeAPI
import Synchronization
import Watching

/// Holds back Services whose Pods change, so that the changes of a while are one write. The first change sets the end of
/// the while; a change of the Service itself does not wait.
final class BatchPeriod: Sendable {
    private let period: Duration
    private let time: TimeSource
    private let due = Mutex<[ObjectName: Duration]>([:])

    /// A period of zero holds nothing back.
    init(_ period: Duration, _ time: TimeSource) {
        self.period = period
        self.time = time
    }

    /// A Pod of the Service changed.
    func hold(_ service: ObjectName) {
        guard period > .zero else { return }
        let end = time.now() + period
        due.withLock { due in due[service] = due[service] ?? end }
    }

    /// The Service changed.
    func release(_ service: ObjectName) {
        guard period > .zero else { return }
        due.withLock { $0[service] = nil }
    }

    /// How long the Service has to wait yet; nil: not at all, and what was held is released.
    func remaining(_ service: ObjectName) -> Duration? {
        guard period > .zero else { return nil }
        let now = time.now()
        return due.withLock { due in
            guard let end = due[service] else { return nil }
            if end > now { return end - now }
            due[service] = nil
            return nil
        }
    }
}
