package import Addresses
import KubeAPI
import Linux
import LoadBalancing
package import Logging
import Synchronization

/// The proxy's own `/healthz`, by which load balancers choose nodes for externalTrafficPolicy Cluster, and `/livez`, by
/// which the proxy is restarted.
package final class ProxyHealthServer: Sendable {
    /// Where kube-proxy has it.
    package static let defaultAddress = IPSocketAddress(IPAddress(ipv4: 0), 10256)

    private let server: HTTPServer
    private let bound: BoundAddresses

    /// Starts the thread that answers. An address that cannot be bound is tried again until it can, and said.
    package init(
        _ monitor: ProxyHealthMonitor, listen: [IPSocketAddress], logger: Logger
    ) throws(DataPlaneError) {
        let bound = BoundAddresses(logger)
        self.bound = bound
        do {
            server = try HTTPServer(named: "proxy-health") { bound.take($0, $1) }
        } catch {
            throw DataPlaneError("/healthz: \(error)")
        }
        for address in listen {
            _ = server.open(address) { Self.answer($0.path, monitor) }
        }
    }

    static func answer(_ path: String, _ monitor: ProxyHealthMonitor) -> HTTPResponse {
        let report: ProxyHealth.Report
        switch path {
        case "/healthz": report = monitor.healthReport
        case "/livez": report = monitor.livenessReport
        default: return .refusal(404)
        }
        return .json(report.isGood ? 200 : 503, report.json.encoded())
    }

    /// Where it answers now.
    package var boundAddresses: [IPSocketAddress] { bound.addresses }

    /// Closes everything and ends the thread.
    package func stop() async { await server.stop() }

    /// What became of the listeners.
    private final class BoundAddresses: Sendable {
        private struct State {
            var bound: [HTTPServer.ListenerID: IPSocketAddress] = [:]
            var errors: [HTTPServer.ListenerID: SystemError] = [:]
        }

        private let state = Mutex(State())
        private let logger: Logger

        init(_ logger: Logger) { self.logger = logger }

        var addresses: [IPSocketAddress] { state.withLock { $0.bound.values.sorted() } }

        func take(_ id: HTTPServer.ListenerID, _ result: Result<IPSocketAddress, SystemError>) {
            switch result {
            case .success(let address):
                state.withLock { state in
                    state.bound[id] = address
                    state.errors[id] = nil
                }
                logger.info("/healthz and /livez on \(address)")
            case .failure(let error):
                let old = state.withLock { $0.errors.updateValue(error, forKey: id) }
                if old != error { logger.warning("/healthz: \(error); it is tried again") }
            }
        }
    }
}
