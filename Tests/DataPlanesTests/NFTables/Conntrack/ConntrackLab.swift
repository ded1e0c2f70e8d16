import Addresses
import Glibc
import Linux
import LoadBalancing
import Synchronization
import TestSupport
import Testing
import Wire

@testable import DataPlanes

/// A host, two Pods that answer at port 5353 with their names, and a client, each in a network namespace; the host
/// rewrites destinations by rules of nft. A cleaner works on the host's table of connections.
final class ConntrackLab: Sendable {
    static let isPossible =
        Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
        && FileSystem.isExecutable("/usr/sbin/nft")
    private static let number = Atomic<Int>(0)

    let family: IPFamily
    let name: ServicePortName
    /// Of the Service.
    let frontend: IPSocketAddress
    /// Leads to Pod A always, and is no Service's.
    let otherFrontend: IPSocketAddress
    let a: Backend
    let b: Backend
    private let directory: String
    private let host: NetworkNamespace
    private let clientNetwork: NetworkNamespace
    private let servers: [UDPTestServer]
    private let cleaner: ConntrackCleaner
    private let table = Mutex(ServiceTable())

    init(_ family: IPFamily) async throws {
        self.family = family
        let isIPv4 = family == .ipv4
        frontend = IPSocketAddress(isIPv4 ? "10.96.0.10:53" : "[fd00:96::a]:53")!
        otherFrontend = IPSocketAddress(isIPv4 ? "10.96.0.11:53" : "[fd00:96::b]:53")!
        a = Backend(isIPv4 ? "10.244.1.11:5353" : "[fd00:244:1::11]:5353")
        b = Backend(isIPv4 ? "10.244.1.12:5353" : "[fd00:244:1::12]:5353")
        name = ServicePortName(
            namespace: "default", service: "dns", port: "", protocol: .udp, family: family)
        let number = Self.number.add(1, ordering: .relaxed).newValue
        let directory = "/tmp/pointsman-conntrack-\(try ProcessIdentity.current().pid)-\(number)"
        self.directory = directory
        host = NetworkNamespace(named: "host", in: directory)
        try host.create()
        let pods = ["a", "b", "client"].map {
            PodNetwork(NetworkNamespace(named: $0, in: directory))
        }
        clientNetwork = pods[2].namespace
        let clientAddress = IPAddress(isIPv4 ? "10.244.0.5" : "fd00:244::5")!
        let addresses = [a.address, b.address, clientAddress]
        cleaner = try host.runBlocking {
            var stack = try NetworkStack()
            let lo = try #require(try stack.interface(named: "lo"))
            try stack.setUp(lo.index)
            _ = try HostForwarding.enable([.ipv4, .ipv6])
            for (pod, address) in zip(pods, addresses) {
                try pod.create(addresses: [address], note: "test")
            }
            // What has no rule goes to Pod A, which drops it.
            let link = try #require(try stack.interface(named: pods[0].hostInterface))
            try stack.addDefaultRoute(via: addresses[0], on: link.index)
            return ConntrackCleaner(KernelFlows(try ConntrackTable()), time: ManualTime().source) {
                Issue.record("\($0)")
            }
        }
        servers = try zip(pods, [a, b]).map { pod, backend in
            try pod.namespace.runBlocking {
                try UDPTestServer("\(backend.socketAddress)")
            }
        }
        edit { table in
            table.servicePorts[name] = ServicePortState(cluster: [a, b])
            table.frontends[frontendAddress] = Frontend(.clusterIP, name)
        }
        await cleaner.reconcile(table.withLock { $0 }, former: [])
    }

    deinit {
        for server in servers { server.close() }
        for namespace in NetworkNamespace.all(in: directory, prefix: "") {
            try? namespace.delete()
        }
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }

    var frontendAddress: FrontendAddress {
        FrontendAddress(.address(frontend.address), frontend.port, .udp)
    }

    /// Has the host send new flows to the frontend to `backend`; nil: it has no rule for the frontend.
    func forward(to backend: Backend?) throws {
        let ip = family == .ipv4 ? "ip" : "ip6"
        let rules = [(frontend, backend), (otherFrontend, a)].compactMap { address, backend in
            guard let backend else { return nil as String? }
            return "\(ip) daddr \(address.address) udp dport \(address.port) dnat to "
                + "\(backend.socketAddress)"
        }
        let ruleset =
            "add table \(ip) lab; delete table \(ip) lab; table \(ip) lab { chain pre { type nat "
            + "hook prerouting priority dstnat; \(rules.joined(separator: "; ")); }; }"
        let status = try host.runBlocking { system("nft '\(ruleset)'") }
        try #require(status == 0, "nft \(ruleset)")
    }

    /// A new socket of the client's.
    func client(to address: IPSocketAddress? = nil) throws -> LabClient {
        let target = address ?? frontend
        let names = ["\(a.socketAddress)": "a", "\(b.socketAddress)": "b"]
        return try clientNetwork.runBlocking {
            LabClient(try UDPSocket(connectedTo: target), names: names)
        }
    }

    func edit(_ edit: (inout ServiceTable) -> Void) { table.withLock { edit(&$0) } }

    /// How many flows the change deletes.
    func change(_ edit: (inout ServiceTable) -> Void) async throws -> Int {
        let (new, changes) = table.withLock { table in
            let old = table
            edit(&table)
            return (table, table.changes(since: old))
        }
        let before = cleaner.deleted
        await cleaner.apply(new, changes)
        return cleaner.deleted - before
    }

    func setBackends(_ backends: [Backend]) async throws -> Int {
        try await change { $0.servicePorts[name] = ServicePortState(cluster: backends) }
    }

    func reconcile(former: Set<FrontendAddress> = []) async throws -> Int {
        let before = cleaner.deleted
        await cleaner.reconcile(table.withLock { $0 }, former: former)
        return cleaner.deleted - before
    }

    /// Where the answers of all rewritten flows come from.
    func leadsTo() throws -> [IPSocketAddress] {
        let family = family
        return try host.runBlocking {
            var table = try ConntrackTable()
            let filter = ConntrackFilter(family, .udp, status: .destinationNAT)
            return try table.reduce(into: [], matching: filter) { $0.append($1.replySource) }
        }
    }

    func count() throws -> ConnectionCounter.Counts {
        let counter = ConnectionCounter([name], in: table.withLock { $0 })
        return try host.runBlocking {
            var table = try ConntrackTable()
            return try counter.count(in: &table)
        }
    }
}

/// A connected UDP socket.
final class LabClient: Sendable {
    private let socket: UDPSocket
    private let names: [String: String]

    init(_ socket: consuming UDPSocket, names: [String: String]) {
        self.socket = socket
        self.names = names
    }

    /// Which Pod answers; nil if none does.
    func ask() throws -> String? {
        try send()
        var incoming = ReceivedDatagrams(capacity: 1)
        do {
            try TestSocket.wait(socket.descriptor, .readable, milliseconds: 300)
            guard try socket.receive(into: &incoming) > 0 else { return nil }
        } catch {
            return nil
        }
        let text = String(decoding: incoming.payload(0), as: UTF8.self)
        return names[String(text.prefix { $0 != " " })]
    }

    private func send() throws {
        var outgoing = OutgoingDatagrams(capacity: 1)
        try withUnsafeBytes(of: UInt8(ascii: "?")) { bytes in
            outgoing.append(bytes, to: nil)
            // An ICMP error of an earlier packet is told once, by a call that then does nothing else.
            do {
                _ = try socket.send(&outgoing)
            } catch {
                _ = try socket.send(&outgoing)
            }
        }
    }
}
