import Addresses
import Linux
import Testing

@Suite(.enabled(if: mayMakeNamespaces, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct PodNetworkTests {
    static let families: [(IPAddress, IPAddress, IPAddress)] = [
        (IPAddress("10.244.0.7")!, IPAddress("10.244.0.8")!, NamespaceLab.hostIPv4),
        (IPAddress("fd00:10:244::7")!, IPAddress("fd00:10:244::8")!, NamespaceLab.hostIPv6),
    ]

    /// Connects from one namespace to a listener in another, and returns who the listener saw. Each `port` of an
    /// address is for one call: a process that another test starts holds a copy of every socket until its exec.
    func connect(
        from client: NetworkNamespace, to server: NetworkNamespace, _ address: IPAddress,
        _ port: Port = 8080
    ) async throws -> IPAddress? {
        let listener = try server.runBlocking {
            Box(try TCPListener(on: IPSocketAddress(address, port)))
        }
        let socket = try client.runBlocking { Box(try TCPSocket(address.family)) }
        _ = try socket.value.connect(to: IPSocketAddress(address, port))
        let ready = try await DescriptorWaits.shared.wait(
            for: .readable, on: listener.value.descriptor, timeout: .seconds(5))
        var peer: IPSocketAddress?
        guard ready, try listener.value.accept(peer: &peer) != nil else { return nil }
        return peer?.address
    }

    @Test(arguments: families)
    func podsReachEachOtherAndTheHostByRouting(
        first: IPAddress, second: IPAddress, hostAddress: IPAddress
    ) async throws {
        let lab = try NamespaceLab("routing")
        _ = try lab.host.runBlocking { try HostForwarding.enable([.ipv4, .ipv6]) }
        let a = try lab.addPod("a", [first])
        let b = try lab.addPod("b", [second])
        #expect(try await connect(from: a.namespace, to: b.namespace, second) == first)
        #expect(try await connect(from: b.namespace, to: a.namespace, first) == second)
        #expect(try await connect(from: a.namespace, to: lab.host, hostAddress) == first)
        #expect(try await connect(from: lab.host, to: a.namespace, first, 8081) != nil)
        // Itself, by its own address.
        #expect(try await connect(from: a.namespace, to: a.namespace, first, 8082) == first)
    }

    @Test func aPodReachesAnAddressOfALocalRouteOfTheHost() async throws {
        let lab = try NamespaceLab("service")
        let cidr = try #require(IPPrefix("10.96.0.0/12"))
        let clusterIP = try #require(IPAddress("10.96.0.10"))
        try lab.host.runBlocking {
            var stack = try NetworkStack()
            try stack.addLocalRoute(to: cidr, source: NamespaceLab.hostIPv4)
        }
        let pod = try lab.addPod("a", [Self.families[0].0])
        #expect(
            try await connect(from: pod.namespace, to: lab.host, clusterIP) == Self.families[0].0)
        #expect(
            try await connect(from: lab.host, to: lab.host, clusterIP, 8081)
                == NamespaceLab.hostIPv4)
    }

    @Test func whatIsDeletedLeavesNothing() throws {
        let lab = try NamespaceLab("delete")
        let before = try lab.host.runBlocking {
            var stack = try NetworkStack()
            return (try stack.interfaces().count, try stack.routes().count { $0.isOurs })
        }
        let pod = try lab.addPod("a", [Self.families[0].0, Self.families[1].0])
        #expect(throws: SystemError.self) { try lab.addPod("a", [Self.families[0].1]) }
        // The second attempt must not take the first one's network away.
        #expect(FileSystem.exists(pod.namespace.path))
        for _ in 0..<2 {
            try lab.host.runBlocking { try pod.delete() }
            #expect(!FileSystem.exists(pod.namespace.path))
        }
        let after = try lab.host.runBlocking {
            var stack = try NetworkStack()
            return (try stack.interfaces().count, try stack.routes().count { $0.isOurs })
        }
        #expect(before == after)
    }

    @Test func forwardingIsSetOnceAndSaid() throws {
        let lab = try NamespaceLab("forwarding")
        let first = try lab.host.runBlocking { try HostForwarding.enable([.ipv4, .ipv6]) }
        let second = try lab.host.runBlocking { try HostForwarding.enable([.ipv4, .ipv6]) }
        #expect(first.contains("set net/ipv6/conf/all/forwarding to 1"))
        #expect(second == [])
        #expect(throws: HostForwardingError.self) {
            try HostForwarding.enable([.ipv4], sysctls: "/nowhere")
        }
    }
}

/// Hands a value that cannot be copied from thread to thread.
final class Box<Value: ~Copyable & Sendable>: Sendable {
    let value: Value
    init(_ value: consuming Value) { self.value = value }
}
