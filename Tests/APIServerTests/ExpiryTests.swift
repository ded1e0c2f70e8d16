@testable import APIServer
import Addresses
import KubeAPI
import Storage
import Synchronization
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
            try await Expiry.events.expire(later)
            let left = try await later.list(.events, ListRequest(selection: Selection()))
            #expect(left.items.isEmpty == !isKept, "after \(seconds) seconds")
        }
    }

    @Test("An IPAddress whose Service is not there goes when it is a minute old, and is free again")
    func repairsAddresses() async throws {
        var configuration = APIServer.Configuration(
            listen: [], tls: APIServer.TLS(certificateChain: [], privateKey: [], clientCA: []),
            serviceCIDRs: [IPPrefix("10.96.0.0/16")!], podCIDRs: [])
        let clock = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))
        configuration.now = { clock.withLock { $0 } }
        let store = ObjectStore(
            log: MemoryLog(), configuration: configuration, logger: TestServer.silent)
        _ = try await store.create(
            .namespaces, namespace: "", ["metadata": ["name": "default"]], WriteOptions())
        func createService(_ name: String, _ address: String) async throws {
            _ = try await store.create(
                .services, namespace: "default",
                .service(name, ["clusterIP": .string(address)]), WriteOptions())
        }
        try await createService("a", "10.96.0.40")
        let gone = ObjectName(namespace: "default", name: "gone")
        _ = try await store.create(
            .ipAddresses, namespace: "",
            IPAddressObject(IPAddress("10.96.0.41")!, of: gone).json, WriteOptions())
        let reservation: JSON = [
            "metadata": ["name": "10.96.0.42"],
            "spec": ["parentRef": ["resource": "gateways", "name": "g"]],
        ]
        _ = try await store.create(
            .ipAddresses, namespace: "", reservation, WriteOptions())
        for (seconds, left) in [
            (59, ["10.96.0.40", "10.96.0.41", "10.96.0.42"]), (1, ["10.96.0.40", "10.96.0.42"]),
        ] as [(Int64, [String])] {
            clock.withLock { $0 = $0.advanced(by: seconds) }
            try await AddressRepair(store: store).repair()
            let page = try await store.list(.ipAddresses, ListRequest(selection: Selection()))
            let names = try page.items.map { try $0.json().value(at: "metadata", "name")?.string }
            #expect(names == left)
        }
        try await createService("b", "10.96.0.41")
    }
}
