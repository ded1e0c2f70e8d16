import Addresses
import Testing

@testable import pointsman

@Suite("The address plan of a stand-alone start")
struct AddressPlanTests {
    static let root = HostFacts(
        isPrivileged: true, hasIPv6: true,
        nodeIPs: [IPAddress("192.0.2.2")!, IPAddress("2001:db8::2")!])
    static let user = HostFacts(
        isPrivileged: false, hasIPv6: true,
        nodeIPs: [IPAddress("192.0.2.2")!, IPAddress("2001:db8::2")!])

    @Test("with privilege Pods get networks of their own, in both families where IPv6 is on")
    func privileged() throws {
        let plan = try AddressPlan(AddressOptions(), Self.root)
        #expect(plan.serviceCIDRs.map(\.description) == ["10.96.0.0/12", "fd00:10:96::/112"])
        #expect(plan.podCIDRs.map(\.description) == ["10.244.0.0/24", "fd00:10:244::/64"])
        #expect(plan.apiClusterIPs.map(\.description) == ["10.96.0.1", "fd00:10:96::1"])
        #expect(plan.dnsClusterIPs.map(\.description) == ["10.96.0.10", "fd00:10:96::a"])
        #expect(plan.hostAddresses.map(\.description) == ["10.244.0.1", "fd00:10:244::1"])
        #expect(plan.nodeIPs.count == 2)
    }

    @Test("without privilege everything is a slice of 127.0.0.0/8, and IPv4 alone")
    func unprivileged() throws {
        let plan = try AddressPlan(AddressOptions(), Self.user)
        #expect(plan.families == [.ipv4])
        #expect(
            (plan.serviceCIDRs + plan.podCIDRs + plan.loadBalancerPools).allSatisfy {
                $0.network.isLoopback
            })
        #expect(plan.nodeIPs.map(\.description) == ["192.0.2.2"])
    }

    @Test("the address of DNS can be chosen; a family without a choice keeps the tenth")
    func clusterDNS() throws {
        let plan = try AddressPlan(AddressOptions(dnsClusterIPs: ["fd00:10:96::53"]), Self.root)
        #expect(plan.dnsClusterIPs.map(\.description) == ["10.96.0.10", "fd00:10:96::53"])
    }

    @Test("one given family decides for the other networks")
    func oneFamily() throws {
        let plan = try AddressPlan(
            AddressOptions(serviceCIDRs: ["fd12::/112"]), Self.root)
        #expect(plan.families == [.ipv6])
        #expect(plan.podCIDRs.map(\.family) == [.ipv6])
        #expect(plan.nodeIPs.map(\.family) == [.ipv6])
    }

    @Test(
        "what cannot work is refused with the option named",
        arguments: [
            (AddressOptions(serviceCIDRs: ["10.0.0.0/8"]), "overlaps --service-cidr"),
            (AddressOptions(podCIDRs: ["10.96.1.0/24"]), "--pod-cidr 10.96.1.0/24 overlaps"),
            (
                AddressOptions(loadBalancerPools: ["10.244.0.0/28"]),
                "--lb-pool 10.244.0.0/28 overlaps"
            ),
            (AddressOptions(serviceCIDRs: ["10.96.0.0/12", "10.112.0.0/16"]), "at most one value"),
            (AddressOptions(serviceCIDRs: ["10.96.0.0"]), "not a CIDR"),
            (AddressOptions(serviceCIDRs: ["10.96.0.1/12"]), "host bits"),
            (AddressOptions(serviceCIDRs: ["10.96.0.0/30"]), "too small"),
            (AddressOptions(serviceCIDRs: ["192.0.2.0/24"]), "the node's own address 192.0.2.2"),
            (AddressOptions(serviceCIDRs: ["127.96.0.0/16"]), "cannot reach it"),
            (AddressOptions(nodeIPs: ["node-a"]), "--node-ip node-a"),
            (AddressOptions(dnsClusterIPs: ["10.95.0.10"]), "not in --service-cidr"),
            (AddressOptions(dnsClusterIPs: ["10.96.0.0"]), "not in --service-cidr"),
            (AddressOptions(dnsClusterIPs: ["10.96.0.1"]), "the Service kubernetes"),
            (AddressOptions(dnsClusterIPs: ["10.96.0.3", "10.96.0.4"]), "--cluster-dns: give"),
            (
                AddressOptions(serviceCIDRs: ["10.96.0.0/12"], podCIDRs: ["fd00::/64"]),
                "same families"
            ),
        ])
    func refused(_ options: AddressOptions, _ reason: String) {
        #expect {
            _ = try AddressPlan(options, Self.root)
        } throws: { error in
            "\(error)".contains(reason)
        }
    }

    @Test("without privilege other networks than loopback are refused with the remedy")
    func refusedUnprivileged() {
        #expect {
            _ = try AddressPlan(AddressOptions(serviceCIDRs: ["10.96.0.0/12"]), Self.user)
        } throws: { error in
            "\(error)".contains("start as root")
        }
    }
}
