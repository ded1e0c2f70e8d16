import Addresses
import KubeAPI
import Linux
import LoadBalancing
import Logging
import TestSupport
import Testing
import Watching

@testable import DataPlanes

@Suite("The proxy's own health", .blockingThreads)
struct ProxyHealthServerTests {
    static let cases = ConformanceCase.load("flows.yaml") {
        $0.json["kind"]?.string == "proxy-healthz"
    }

    @Test func `Both cases are there`() { #expect(Self.cases.count == 2) }

    @Test("/healthz as kube-proxy answers it", arguments: cases)
    func conformance(_ test: ConformanceCase) async throws {
        let timeout = test.inputs["healthTimeoutSeconds"]?.integer ?? 60
        let lab = try await ProxyHealthLab(timeout: .seconds(timeout))
        if let seconds = test.inputs["pendingForSeconds"]?.integer {
            lab.monitor.updated(IPFamily.allCases)
            lab.monitor.queuedUpdate([.ipv4])
            lab.time.advance(by: .seconds(seconds))
        } else {
            #expect(test.inputs["lastUpdate"]?.string == "none")
        }
        if test.inputs["nodeDeleted"]?.bool == true { lab.monitor.take(nil) }
        let path = try #require(test.inputs["path"]?.string)
        let status = try #require(test.expect["status"]?.integer)
        #expect(try lab.get(path)?.status == Int(status))
        await lab.server.stop()
    }

    @Test func `Of a node that goes only healthz says so`() async throws {
        let lab = try await ProxyHealthLab()
        lab.monitor.updated([.ipv4])
        lab.monitor.take(nil)
        let health = try #require(try lab.get("/healthz"))
        #expect(health.status == 503)
        #expect(health.fields["Content-Type"] == "application/json")
        #expect(health.fields["X-Content-Type-Options"] == "nosniff")
        #expect(health.json?["nodeEligible"] == false)
        #expect(health.json?["healthy"] == true)
        #expect(health.json?["lastUpdated"] == "2027-01-15T08:00:00Z")
        let liveness = try #require(try lab.get("/livez?verbose"))
        #expect(liveness.status == 200)
        #expect(liveness.json?["nodeEligible"] == nil)
        #expect(liveness.json?["status"]?["IPv4"]?["healthy"] == true)
        await lab.server.stop()
    }

    @Test func `A late change fails both, until it is in force`() async throws {
        let lab = try await ProxyHealthLab()
        lab.monitor.queuedUpdate([.ipv4, .ipv6])
        lab.monitor.updated([.ipv6])
        lab.time.advance(by: .seconds(59))
        #expect(try lab.get("/healthz")?.status == 200)
        #expect(lab.monitor.isHealthy)
        lab.time.advance(by: .seconds(1))
        #expect(!lab.monitor.isHealthy)
        #expect(try lab.get("/healthz")?.status == 503)
        let liveness = try #require(try lab.get("/livez"))
        #expect(liveness.status == 503)
        #expect(liveness.json?["status"]?["IPv4"]?["healthy"] == false)
        #expect(liveness.json?["status"]?["IPv6"]?["healthy"] == true)
        lab.monitor.updated([.ipv4])
        #expect(try lab.get("/healthz")?.status == 200)
        await lab.server.stop()
    }

    @Test(arguments: ["/", "/metrics", "/healthz/x"])
    func `Other paths are not found`(_ path: String) async throws {
        let lab = try await ProxyHealthLab()
        #expect(try lab.get(path)?.status == 404)
        await lab.server.stop()
    }
}

/// A server on loopback whose time a test moves.
private struct ProxyHealthLab {
    let time = ManualTime()
    let monitor: ProxyHealthMonitor
    let server: ProxyHealthServer
    private let address: IPSocketAddress

    init(timeout: Duration = ProxyHealth.defaultTimeout) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        monitor = ProxyHealthMonitor(timeout: timeout, time: time.source)
        server = try ProxyHealthServer(
            monitor, listen: [IPSocketAddress("127.0.0.1:0")!], logger: logger)
        while server.boundAddresses.isEmpty { await Task.yield() }
        address = server.boundAddresses[0]
    }

    func get(_ path: String) throws -> HTTPAnswer? { try HTTPAnswer.get(path, from: address) }
}
