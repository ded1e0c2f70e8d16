import Addresses
import Testing

@testable import pointsman

@Suite("The objects of the system")
struct BootstrapTests {
    @Test(
        "the endpoints of DNS are what Pods can reach of where it listens",
        arguments: [
            (["10.244.0.1:53", "[fd00:10:244::1]:53"], ["10.244.0.1", "fd00:10:244::1"]),
            (["0.0.0.0:53"], ["10.244.0.1"]),
            (["127.0.0.1:5353", "[::1]:5353"], []),
            (["192.0.2.2:53", "127.0.0.1:53"], ["192.0.2.2"]),
        ])
    func endpoints(_ listening: [String], _ expected: [String]) throws {
        let plan = try AddressPlan(AddressOptions(), AddressPlanTests.root)
        let addresses = Bootstrap.reachable(listening.compactMap { IPSocketAddress($0) }, plan)
        #expect(addresses.map(\.description) == expected)
    }

    @Test("without privilege the addresses of Pods are loopback")
    func unprivileged() throws {
        let plan = try AddressPlan(AddressOptions(), AddressPlanTests.user)
        let listening = [IPSocketAddress("127.244.0.1:10053")!, IPSocketAddress("127.0.0.1:53")!]
        #expect(Bootstrap.reachable(listening, plan).map(\.description) == ["127.244.0.1"])
    }
}
