import Addresses
import Linux
import LoadBalancing
import Synchronization
import Testing

@testable import DataPlanes

@Suite(
    "Addresses of externalIPs",
    .enabled(if: ExternalAddressLab.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct ExternalAddressRoutesTests {
    private static let frontend = FrontendAddress("198.51.100.7:80")
    private static let other = FrontendAddress("198.51.100.7:81")
    private static let six = FrontendAddress("[2001:db8:7::1]:80")

    @Test("An externalIP is local for as long as a Service asks for it")
    func wanted() async throws {
        let lab = try ExternalAddressLab()
        try await lab.change { $0.frontends[Self.frontend] = Frontend(.externalIP, .web()) }
        #expect(try lab.localRoutes() == ["local 198.51.100.7/32 dev lo src 192.0.2.2"])
        try await lab.change {
            $0.frontends[Self.other] = Frontend(.externalIP, .web())
            $0.frontends[Self.six] = Frontend(.externalIP, .web(.tcp, .ipv6))
            $0.frontends[Self.frontend] = nil
        }
        #expect(
            try lab.localRoutes() == [
                "local 198.51.100.7/32 dev lo src 192.0.2.2",
                "local 2001:db8:7::1/128 dev lo src 2001:db8::2",
            ])
        try await lab.change { $0.frontends = [:] }
        #expect(try lab.localRoutes() == [])
    }

    @Test("What is an address of this host, or of a pool, is left as it is")
    func ownAddresses() async throws {
        let lab = try ExternalAddressLab()
        let own = FrontendAddress("192.0.2.2:80")
        let before = try lab.allLocalRoutes()
        try await lab.change { $0.frontends[own] = Frontend(.externalIP, .web()) }
        #expect(try lab.allLocalRoutes() == before)
        try await lab.change { $0.frontends = [:] }
        #expect(try lab.allLocalRoutes() == before)
    }

    @Test("Neither a gateway nor a Pod is taken over, and it is said why")
    func dangerous() async throws {
        let lab = try ExternalAddressLab()
        try await lab.change {
            $0.podCIDRs = [IPPrefix("10.244.0.0/24")!]
            $0.frontends[FrontendAddress("192.0.2.1:80")] = Frontend(.externalIP, .web())
            $0.frontends[FrontendAddress("10.244.0.9:80")] = Frontend(.externalIP, .web())
        }
        #expect(try lab.localRoutes() == [])
        #expect(
            lab.said == [
                "externalIP 10.244.0.9 is not taken over: it belongs to the Pods of 10.244.0.0/24",
                "externalIP 192.0.2.1 is not taken over: it is the gateway of route "
                    + "default via 192.0.2.1 dev lo",
            ])
    }

    @Test("What a killed start has left goes with the first table; a pool of one address stays")
    func leftovers() async throws {
        let lab = try ExternalAddressLab()
        try lab.addRoute("203.0.113.5/32")
        try lab.addRoute("203.0.113.1/32")
        try await lab.plane.prune(keeping: ServiceTable())
        try await lab.change { $0.frontends[Self.frontend] = Frontend(.externalIP, .web()) }
        #expect(
            try lab.localRoutes() == [
                "local 198.51.100.7/32 dev lo src 192.0.2.2",
                "local 203.0.113.1/32 dev lo src 192.0.2.2",
            ])
    }
}

/// A network namespace with addresses and a default route, and a data plane that does nothing over it.
private final class ExternalAddressLab: Sendable {
    static let isPossible = Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
    private static let number = Atomic<Int>(0)

    let plane: RoutedDataPlane
    private let namespace: NetworkNamespace
    private let directory: String
    private let table = Mutex(ServiceTable())
    private let sentences = Sentences()

    init() throws {
        let number = Self.number.add(1, ordering: .relaxed).newValue
        directory = "/tmp/pointsman-external-\(try ProcessIdentity.current().pid)-\(number)"
        namespace = NetworkNamespace(named: "host", in: directory)
        try namespace.create()
        let sentences = sentences
        let routes = try namespace.runBlocking {
            var stack = try NetworkStack()
            let lo = try #require(try stack.interface(named: "lo"))
            try stack.setUp(lo.index)
            let addresses = [IPAddress("192.0.2.2")!, IPAddress("2001:db8::2")!]
            for address in addresses {
                try stack.addAddress(address, prefixLength: address.family.bits, to: lo.index)
            }
            try stack.addDefaultRoute(via: IPAddress("192.0.2.1")!, on: lo.index)
            return ExternalAddressRoutes(
                try NetworkStack(), sources: addresses, keeping: [IPPrefix("203.0.113.1/32")!]
            ) { text in sentences.all.withLock { $0.append(text) } }
        }
        plane = RoutedDataPlane(SilentPlane(), routes: routes)
    }

    private final class Sentences: Sendable {
        let all = Mutex<[String]>([])
    }

    var said: [String] { sentences.all.withLock { $0.sorted() } }

    func change(_ edit: (inout ServiceTable) -> Void) async throws {
        let (new, changes) = table.withLock { table in
            let old = table
            edit(&table)
            return (table, table.changes(since: old))
        }
        _ = try await plane.apply(new, changes)
    }

    func addRoute(_ prefix: String) throws {
        try namespace.runBlocking {
            var stack = try NetworkStack()
            try stack.addLocalRoute(to: IPPrefix(prefix)!, source: IPAddress("192.0.2.2")!)
        }
    }

    /// Those that Pointsman made.
    func localRoutes() throws -> [String] { try routes { $0.isOurs && $0.isLocal } }

    /// Of IPv4: the kernel adds some of IPv6 a moment after an address.
    func allLocalRoutes() throws -> [String] {
        try routes { $0.isLocal && $0.prefix.family == .ipv4 }
    }

    private func routes(where wanted: @escaping @Sendable (Route) -> Bool) throws -> [String] {
        try namespace.runBlocking {
            var stack = try NetworkStack()
            return try stack.routes().filter(wanted).map(\.description).sorted()
        }
    }

    deinit {
        try? namespace.delete()
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }
}

private final class SilentPlane: DataPlane {
    let name = "silent"
    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] { [:] }
    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {}
}
