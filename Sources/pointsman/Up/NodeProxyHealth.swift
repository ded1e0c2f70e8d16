import DataPlanes
import KubeAPI
import LoadBalancing
import Logging
import Watching

/// What says from outside whether this node may get traffic: health check NodePorts of Services, and the proxy's own
/// /healthz where it is asked for.
struct NodeProxyHealth: Sendable {
    let monitor: ProxyHealthMonitor
    let services: ServiceHealthServer
    private let server: ProxyHealthServer?
    private let logger: Logger
    private let time: TimeSource

    init(_ options: UpOptions, logger: Logger, time: TimeSource) throws {
        let monitor = ProxyHealthMonitor(time: time)
        self.monitor = monitor
        self.logger = logger
        self.time = time
        services = try ServiceHealthServer(
            node: options.nodeName,
            wholeFamilies: options.dataPlane.nodePortAddresses.wholeFamilies,
            isProxyHealthy: { monitor.isHealthy })
        server = try options.dataPlane.healthz.map {
            try ProxyHealthServer(monitor, listen: [$0], logger: logger)
        }
    }

    /// Follows this node's object. Call it once, before the caches run.
    func observe(_ caches: ClusterCaches, node: String) {
        caches.nodes.observe { [monitor] event in
            switch event {
            case .synced: break
            case .upserted(let new, _):
                if new.view.metadata.name == node { monitor.take(new.view) }
            case .deleted(let last):
                if last.name.name == node { monitor.take(nil) }
            }
        }
    }

    /// Says on Services what cannot be listened on, until `stop`.
    func report(_ client: any ObjectClient) async {
        await ServiceHealthReporter(services, client: client, logger: logger, time: time).run()
    }

    func stop() async {
        await services.stop()
        await server?.stop()
    }
}
