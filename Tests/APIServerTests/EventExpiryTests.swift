@testable import APIServer
import Addresses
import KubeAPI
import Storage
import Testing

@Suite("What the server does by itself")
struct LifecycleTests {
    @Test("Events go an hour after they were last written")
    func expiresEvents() async throws {
        var configuration = APIServer.Configuration(
            listen: [], tls: APIServer.TLS(certificateChain: [], privateKey: [], clientCA: []),
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!], podCIDRs: [])
        let now = Timestamp(secondsSinceEpoch: 1_800_000_000)
        configuration.now = { now }
        let store = ObjectStore(
            log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
        _ = try await store.create(
            .namespaces, namespace: "", ["metadata": ["name": "default"]], WriteOptions())
        let event: JSON = [
            "metadata": ["name": "a"],
            "involvedObject": ["kind": "Pod", "name": "a", "namespace": "default"],
            "lastTimestamp": .string(now.advanced(by: 60).description),
        ]
        _ = try await store.create(.events, namespace: "default", event, WriteOptions())
        // It was last seen a minute after its creation.
        for (seconds, isKept) in [(3601, true), (3660, true), (3661, false)] as [(Int64, Bool)] {
            configuration.now = { now.advanced(by: seconds) }
            let later = ObjectStore(
                log: store.log, configuration: configuration, logger: TestServer.silent)
            try await EventExpiry(store: later).expire()
            let left = try await later.list(.events, ListRequest(selection: Selection()))
            #expect(left.items.isEmpty == !isKept, "after \(seconds) seconds")
        }
    }
}
