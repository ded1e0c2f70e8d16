import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

@Suite struct NodePortAddressSelectionTests {
    private static let interfaces = [
        "127.0.0.1", "::1", "192.0.2.10", "198.51.100.10", "2001:db8:a::10", "fe80::1",
    ].map { IPAddress($0)! }
    private static let nodeIPs: Set<IPAddress> = [
        IPAddress("192.0.2.10")!, IPAddress("203.0.113.1")!,
    ]
    static let cases = ConformanceCase.load("flows.yaml") {
        $0.json["kind"]?.string == "nodeport-addresses"
    }

    @Test("Each family is selected as kube-proxy does", arguments: cases)
    func conformance(_ test: ConformanceCase) throws {
        let texts = test.inputs["nodePortAddresses"]?.array?.compactMap(\.string) ?? []
        let selection = try NodePortAddressSelection(parsing: texts)
        let interfaces = (test.inputs["interfaces"]?.array ?? []).compactMap { text in
            text.string.flatMap { IPAddress(String($0.prefix { $0 != "/" })) }
        }
        let selected = selection.selected(of: interfaces, nodeIPs: [])
        #expect(!interfaces.isEmpty)
        for family in IPFamily.allCases {
            let expected = try #require(test.expect[family.description])
            #expect(selection.matchesAll(family) == expected["matchAll"]?.bool)
            #expect(
                selected.filter { $0.family == family } == Set(expected.addresses("nodeIPs")))
        }
    }

    @Test func `Both cases are there`() { #expect(Self.cases.count == 2) }

    @Test(
        "What is served of an option",
        arguments: [
            (["primary"], ["192.0.2.10"]),
            ([], ["192.0.2.10", "198.51.100.10", "2001:db8:a::10"]),
            (["0.0.0.0/0", "10.0.0.0/8"], ["192.0.2.10", "198.51.100.10", "2001:db8:a::10"]),
            (["198.51.100.0/24", "2001:db8:b::/64"], ["198.51.100.10"]),
            (["127.0.0.0/8", "::1/128"], []),
            (["192.0.2.10/32"], ["192.0.2.10", "2001:db8:a::10"]),
        ])
    func served(_ texts: [String], _ expected: [String]) throws {
        let selection = try NodePortAddressSelection(parsing: texts)
        let served = selection.served(of: Self.interfaces, nodeIPs: Self.nodeIPs)
        #expect(served.sorted().map(\.description) == expected)
    }

    @Test func `A data plane that listens itself serves loopback too, where it is selected`() {
        func served(_ selection: NodePortAddressSelection) -> [String] {
            selection.served(of: Self.interfaces, nodeIPs: Self.nodeIPs, loopback: true)
                .sorted().map(\.description)
        }
        #expect(
            served(.all)
                == ["127.0.0.1", "192.0.2.10", "198.51.100.10", "::1", "2001:db8:a::10"])
        #expect(served(.primary) == ["192.0.2.10"])
    }

    @Test func `Only a family that is selected whole may have a wildcard`() throws {
        #expect(NodePortAddressSelection.primary.wholeFamilies == [])
        #expect(NodePortAddressSelection.all.wholeFamilies == [.ipv4, .ipv6])
        let four = try NodePortAddressSelection(parsing: ["192.0.2.0/24"])
        #expect(four.wholeFamilies == [.ipv6])
        let zero = try NodePortAddressSelection(parsing: ["192.0.2.0/24", "0.0.0.0/0", "::1/128"])
        #expect(zero.wholeFamilies == [.ipv4])
    }

    @Test(
        "An option that cannot be read names what is wrong",
        arguments: [
            (["primary", "10.0.0.0/8"], "primary"), (["10.0.0.0"], "10.0.0.0"),
            (["10.0.0.0/33"], "10.0.0.0/33"), ([""], ""),
        ])
    func unreadable(_ texts: [String], _ culprit: String) {
        let error = #expect(throws: NodePortAddressSelection.ParseError.self) {
            try NodePortAddressSelection(parsing: texts)
        }
        #expect(error?.text == culprit)
        #expect(error?.description.contains("\"\(culprit)\"") == true)
    }
}
