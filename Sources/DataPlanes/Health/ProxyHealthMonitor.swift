package import Addresses
package import KubeAPI
package import LoadBalancing
import Synchronization
package import Watching

/// The health of this node's proxy as its parts tell it and its health servers ask for it, from any thread.
package final class ProxyHealthMonitor: Sendable {
    private let health: Mutex<ProxyHealth>
    private let time: TimeSource

    package init(timeout: Duration = ProxyHealth.defaultTimeout, time: TimeSource) {
        health = Mutex(ProxyHealth(timeout: timeout))
        self.time = time
    }

    /// A change has come that is not yet in force. Tell it of every family whose data plane it concerns.
    package func queuedUpdate(_ families: some Sequence<IPFamily>) {
        let now = now
        health.withLock { for family in families { $0.queuedUpdate(family, at: now) } }
    }

    /// Everything that had come for the families is in force.
    package func updated(_ families: some Sequence<IPFamily>) {
        let now = now
        health.withLock { for family in families { $0.updated(family, at: now) } }
    }

    /// Takes this node's object; nil: it is deleted.
    package func take(_ node: Node?) { health.withLock { $0.take(node) } }

    /// No change has waited for too long; says nothing of the node.
    package var isHealthy: Bool {
        let now = now
        return health.withLock { $0.isHealthy(at: now) }
    }

    package var healthReport: ProxyHealth.Report {
        let now = now
        return health.withLock { $0.healthReport(at: now) }
    }

    package var livenessReport: ProxyHealth.Report {
        let now = now
        return health.withLock { $0.livenessReport(at: now) }
    }

    private var now: ProxyHealth.Moment {
        ProxyHealth.Moment(monotonic: time.now(), sinceEpoch: time.sinceEpoch())
    }
}
