import Addresses
import Linux
import Testing

@testable import pointsman

@Suite(
    "What a stand-alone start does to the host's addresses",
    .enabled(
        if: Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld,
        "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"))
struct HostNetworkTests {
    @Test("what an earlier start with other networks has left is no obstacle, and goes")
    func otherNetworks() throws {
        let before = try plan(services: "10.96.0.0/16", pods: "10.244.0.0/24")
        let after = try plan(services: "10.0.0.0/8", pods: "172.29.0.0/24")
        try inNamespace { stack in
            #expect(try HostNetwork(plan: before).addRoutes())
            try HostNetwork(plan: after).checkOverlaps()
            _ = try HostNetwork(plan: after).addRoutes()
            let own = try HostNetwork.ownAddresses(&stack).map(\.address)
            #expect(own == after.hostAddresses)
        }
    }

    @Test("an address that somebody else has given is an obstacle, and stays")
    func othersAddress() throws {
        let plan = try plan(services: "10.0.0.0/8", pods: "172.29.0.0/24")
        try inNamespace { stack in
            let loopback = try #require(try stack.interface(named: "lo")).index
            let other = IPAddress("10.244.0.1")!
            try stack.addAddress(other, prefixLength: 32, to: loopback)
            let error = #expect(throws: AddressPlanError.self) {
                try HostNetwork(plan: plan).checkOverlaps()
            }
            #expect(error?.description.contains("local 10.244.0.1/32 dev lo") == true)
            _ = try HostNetwork(plan: plan).addRoutes()
            #expect(try stack.addresses().contains { $0.address == other })
        }
    }

    private func plan(services: String, pods: String) throws -> AddressPlan {
        try AddressPlan(
            AddressOptions(
                serviceCIDRs: [services], podCIDRs: [pods], loadBalancerPools: ["172.30.0.0/24"]),
            AddressPlanTests.root)
    }

    /// Runs `body` in a namespace that has nothing but lo and the address of the node.
    private func inNamespace(_ body: @escaping @Sendable (inout NetworkStack) throws -> Void) throws
    {
        let directory = "/tmp/pointsman-host-\(UInt32.random(in: 0 ... .max))"
        let namespace = NetworkNamespace(named: "host", in: directory)
        try namespace.create()
        defer {
            try? namespace.delete()
            // The directory was made a mount point of its own.
            try? NetworkNamespace(named: ".", in: directory).delete()
            try? FileSystem.remove(directory)
        }
        try namespace.runBlocking {
            var stack = try NetworkStack()
            let loopback = try #require(try stack.interface(named: "lo")).index
            try stack.setUp(loopback)
            for node in AddressPlanTests.root.nodeIPs {
                try stack.addAddress(node, prefixLength: node.family.bits, to: loopback)
            }
            try body(&stack)
        }
    }
}
