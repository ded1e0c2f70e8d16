import KubeAPI
import Logging
import Storage
import Synchronization
import Testing

@testable import APIServer

private let services = "/api/v1/namespaces/default/services"

@Suite("What Services hold")
struct AllocationTests {
    @Test("A dry run that would end a Service frees nothing of it")
    func dryRunOfTheEnd() async throws {
        try await TestServer.with { server in
            var service = JSON.service("a", ["clusterIP": "10.96.0.50"])
            service["metadata"]?["finalizers"] = ["example.com/hold"]
            #expect(try await server.send("POST", services, service).code == 201)
            #expect(try await server.send("DELETE", "\(services)/a", nil).code == 200)
            let patch: JSON = ["metadata": ["finalizers": .null]]
            for path in ["\(services)/a", "\(services)/a/status"] {
                _ = try await server.send(
                    "PATCH", "\(path)?dryRun=All", patch, type: "application/merge-patch+json")
                let other = JSON.service("b", ["clusterIP": "10.96.0.50"])
                #expect(try await server.send("POST", services, other).code == 422, "\(path)")
            }
        }
    }

    @Test("Two stored Services with one address are logged at the start")
    func conflictsAtTheStart() async throws {
        let log = MemoryLog()
        for name in ["a", "b"] {
            var service = Service(json: .service(name, ["clusterIP": "10.96.0.50"]))
            service.metadata.namespace = "default"
            service.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
            ServiceRules.prepareForCreate(&service)
            _ = try await log.append(
                Write(
                    .put, Resource.services.key(service.objectName),
                    Resource.services.encode(service.json), expecting: .absent))
        }
        let lines = Lines()
        let logger = Logger(label: "test") { _ in lines }
        try await TestServer.with(log: log, logger: logger) { _ in
            #expect(lines.text == ["Service default/b: 10.96.0.50 belongs to default/a"])
        }
    }
}

/// Keeps what is logged.
private final class Lines: LogHandler, Sendable {
    private let kept = Mutex<[String]>([])
    var text: [String] { kept.withLock { $0 } }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .notice }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: Logging.LogEvent) {
        kept.withLock { $0.append("\(event.message)") }
    }
}
