import KubeAPI
import LoadBalancing
package import Logging
package import Watching

/// Says on Services that their health checks cannot be answered: an Event `FailedToStartServiceHealthcheck`, as
/// kube-proxy writes it.
package struct ServiceHealthReporter: Sendable {
    private let server: ServiceHealthServer
    private let client: any ObjectClient
    private let events: EventRecorder
    private let logger: Logger

    /// Only one reporter may be made of a server.
    package init(
        _ server: ServiceHealthServer, client: any ObjectClient, logger: Logger, time: TimeSource
    ) {
        self.server = server
        self.client = client
        self.logger = logger
        events = EventRecorder(client, component: "pointsman-proxy", time: time)
    }

    /// Runs until the server is stopped or the task is cancelled.
    package func run() async {
        for await service in server.changedProblems {
            guard let problem = server.problem(service) else {
                logger.info("health check of \(service) answers")
                continue
            }
            logger.warning("\(problem.message)")
            guard let json = try? await client.get(.services, service).json() else { continue }
            await events.record(
                .warning, about: Service(json: json), reason: problem.reason, problem.message)
        }
    }
}
