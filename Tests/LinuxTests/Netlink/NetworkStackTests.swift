import Addresses
import Linux
import Testing

@Suite(.enabled(if: mayMakeNamespaces, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct NetworkStackTests {
    static let localRoutes = [
        (IPPrefix("10.96.0.0/12")!, NamespaceLab.hostIPv4),
        (IPPrefix("fd00:10:96::/112")!, NamespaceLab.hostIPv6),
        (IPPrefix("198.51.100.7/32")!, NamespaceLab.hostIPv4),
    ]

    @Test(arguments: localRoutes)
    func aLocalRouteIsAddedOnceAndRemovedOnce(prefix: IPPrefix, source: IPAddress) throws {
        let lab = try NamespaceLab("local")
        try lab.host.runBlocking {
            var stack = try NetworkStack()
            for _ in 0..<2 { try stack.addLocalRoute(to: prefix, source: source) }
            let found = try stack.routes().filter { $0.prefix == prefix }
            #expect(found.map(\.description) == ["local \(prefix) dev lo src \(source)"])
            #expect(found.allSatisfy { $0.isOurs && $0.isLocal })
            #expect(try stack.overlap(of: prefix) == nil)
            for _ in 0..<2 { try stack.removeLocalRoute(to: prefix) }
            #expect(try !stack.routes().contains { $0.prefix == prefix })
        }
    }

    @Test(arguments: [
        ("192.0.0.0/16", "local 192.0.2.2/32 dev lo src 192.0.2.2"),
        ("127.1.0.0/16", "local 127.0.0.0/8 dev lo src 127.0.0.1"),
        ("2001:db8::/64", "2001:db8::2/128 dev lo"),
        ("10.96.0.0/12", nil),
        ("fd00::/112", nil),
    ])
    func anOverlapIsNamed(cidr: String, expected: String?) throws {
        let lab = try NamespaceLab("overlap")
        let prefix = try #require(IPPrefix(cidr))
        let overlap = try lab.host.runBlocking {
            var stack = try NetworkStack()
            return try stack.overlap(of: prefix)
        }
        #expect(overlap?.description == expected)
    }

    @Test func theDefaultRouteTellsTheNodesAddress() throws {
        let lab = try NamespaceLab("default")
        let address = try #require(IPAddress("10.244.0.9"))
        let pod = try lab.addPod("a", [address])
        try pod.namespace.runBlocking {
            var stack = try NetworkStack()
            #expect(try stack.defaultRouteAddress(.ipv4) == address)
            #expect(try stack.defaultRouteAddress(.ipv6) == nil)
            #expect(try stack.firstGlobalAddress(.ipv4) == address)
            let eth0 = try #require(try stack.interface(named: "eth0"))
            #expect(eth0.isUp && eth0.kind == "veth")
        }
        let alias = try lab.host.runBlocking {
            var stack = try NetworkStack()
            return try stack.interface(named: pod.hostInterface)?.alias
        }
        #expect(alias == "test a")
    }

    @Test func refusalsCarryTheKernelsReason() throws {
        let lab = try NamespaceLab("refusal")
        try lab.host.runBlocking {
            var stack = try NetworkStack()
            let error = #expect(throws: NetlinkError.self) {
                try stack.addLocalRoute(
                    to: IPPrefix("10.96.0.0/12")!, source: IPAddress("203.0.113.9")!)
            }
            #expect(error?.errno == .invalidArgument)
            #expect(error?.description.contains("10.96.0.0/12") == true)
        }
    }

    @Test func addressesTellWhoGaveThem() throws {
        let lab = try NamespaceLab("origin")
        try lab.host.runBlocking {
            var stack = try NetworkStack()
            let lo = try #require(try stack.interface(named: "lo"))
            let ours = ["192.0.2.77", "2001:db8::77"].map { IPAddress($0)! }
            for address in ours {
                let length = address.family.bits
                try stack.addAddress(address, prefixLength: length, to: lo.index, isOurs: true)
                try stack.addAddress(
                    address.advanced(by: 1)!, prefixLength: length, to: lo.index)
            }
            let marked = try stack.addresses().filter(\.isOurs)
            #expect(Set(marked.map(\.address)) == Set(ours))
            #expect(marked.allSatisfy { $0.interface == lo.index })
        }
    }

    @Test func addressChangesAreHeard() throws {
        let lab = try NamespaceLab("groups")
        try lab.host.runBlocking {
            var socket = try NetlinkSocket(.route, hearing: .addresses)
            var stack = try NetworkStack()
            let lo = try #require(try stack.interface(named: "lo"))
            try stack.addAddress(IPAddress("192.0.2.77")!, prefixLength: 32, to: lo.index)
            #expect(try !socket.notifications().isEmpty)
        }
    }
}
