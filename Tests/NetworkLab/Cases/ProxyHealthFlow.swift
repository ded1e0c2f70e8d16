import Addresses
import DataPlanes
import KubeAPI
import Linux
import Logging
import TestSupport

/// `kind: proxy-healthz`: what `/healthz` and `/livez` of the proxy answer, with time that passes at once.
struct ProxyHealthFlow {
    private let test: ConformanceCase
    private static let address = IPSocketAddress("192.0.2.10:10256")!
    private static let patience = Duration.seconds(2)

    init(_ test: ConformanceCase) { self.test = test }

    func run() async throws {
        let inputs = test.inputs
        let time = ManualTime()
        let timeout = inputs["healthTimeoutSeconds"]?.integer ?? 120
        let monitor = ProxyHealthMonitor(timeout: .seconds(timeout), time: time.source)
        if inputs["nodeDeleted"]?.bool == true { monitor.take(nil) }
        let pending = inputs["pendingForSeconds"]?.integer ?? inputs["pendingFor"]?.integer ?? 0
        if pending > 0 {
            monitor.queuedUpdate([.ipv4])
            time.advance(by: .seconds(pending))
        }
        let network = try LabNetwork(addresses: [Self.address.address])
        defer { network.remove() }
        var logger = Logger(label: "lab")
        logger.logLevel = .critical
        let server = try await network.node.run { [logger] in
            try ProxyHealthServer(monitor, listen: [Self.address], logger: logger)
        }
        do {
            try await check(NodeClient(network: network))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func check(_ client: NodeClient) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await !client.isAnswered(Self.address) {
            guard ContinuousClock.now < deadline else {
                throw CaseFailure("nobody listens on \(Self.address)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let path = test.inputs["path"]?.string ?? "/healthz"
        try HTTPExpectation(test.expect).check(try await client.ask("GET", path, Self.address))
    }
}
