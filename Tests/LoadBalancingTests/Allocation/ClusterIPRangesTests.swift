import Addresses
import KubeAPI
import TestSupport
import Testing

@testable import LoadBalancing

@Suite struct ClusterIPRangesTests {
    private static let small = IPPrefix("10.97.0.0/29")!
    private static let large = IPPrefix("10.96.0.0/27")!
    private static let web = ObjectName(namespace: "default", name: "web")
    private static let db = ObjectName(namespace: "default", name: "db")

    private static func address(_ text: String) -> IPAddress { IPAddress(text)! }

    @Test func `Who has an address in a network that closes keeps it; nobody gets a new one`()
        throws
    {
        var ranges = ClusterIPRanges([ServiceNetwork(Self.large), ServiceNetwork(Self.small)])
        try ranges.take(Self.address("10.97.0.2"), by: Self.web)
        ranges.set([ServiceNetwork(Self.large), ServiceNetwork(Self.small, isOpen: false)])
        #expect(ranges[Self.address("10.97.0.2")] == Self.web)
        #expect(throws: AllocationError.addressOutsideRanges) {
            try ranges.take(Self.address("10.97.0.3"), by: Self.db)
        }
        var rng = SplitMix64(seed: 1)
        for _ in 0..<30 {
            let address = try ranges.takeNext(.ipv4, by: Self.db, using: &rng)
            #expect(Self.large.contains(address))
        }
        #expect(throws: AllocationError.rangeIsFull) {
            try ranges.takeNext(.ipv4, by: Self.db, using: &rng)
        }
        ranges.set([ServiceNetwork(Self.large), ServiceNetwork(Self.small)])
        #expect(throws: AllocationError.addressTaken) {
            try ranges.take(Self.address("10.97.0.2"), by: Self.db)
        }
    }

    @Test func `An address is held in every network that it lies in, also in one that comes later`()
        throws
    {
        let inner = IPPrefix("10.96.0.8/29")!
        var ranges = ClusterIPRanges([ServiceNetwork(Self.large)])
        try ranges.take(Self.address("10.96.0.9"), by: Self.web)
        ranges.set([ServiceNetwork(inner)])
        #expect(throws: AllocationError.addressTaken) {
            try ranges.take(Self.address("10.96.0.9"), by: Self.db)
        }
        var rng = SplitMix64(seed: 2)
        var given: Set<IPAddress> = []
        for _ in 0..<5 { given.insert(try ranges.takeNext(.ipv4, by: Self.db, using: &rng)) }
        #expect(given == Set((10...14).map { Self.address("10.96.0.\($0)") }))
        #expect(throws: AllocationError.rangeIsFull) {
            try ranges.takeNext(.ipv4, by: Self.db, using: &rng)
        }
        ranges.set([ServiceNetwork(Self.large), ServiceNetwork(inner)])
        ranges.release(Self.address("10.96.0.9"), by: Self.web)
        #expect(ranges[Self.address("10.96.0.9")] == nil)
        try ranges.take(Self.address("10.96.0.9"), by: Self.db)
    }

    @Test func `The network address of one network may lie inside another`() throws {
        let inner = IPPrefix("10.96.0.8/29")!
        var ranges = ClusterIPRanges([ServiceNetwork(inner)])
        #expect(
            throws: AllocationError.addressNotUsable(Self.address("10.96.0.8"), range: inner)
        ) { try ranges.take(Self.address("10.96.0.8"), by: Self.web) }
        ranges.set([ServiceNetwork(inner), ServiceNetwork(Self.large)])
        try ranges.take(Self.address("10.96.0.8"), by: Self.web)
    }

    @Test func `Of one network named twice an open one counts`() throws {
        var ranges = ClusterIPRanges([
            ServiceNetwork(Self.small, isOpen: false), ServiceNetwork(Self.small),
        ])
        #expect(ranges.prefixes == [Self.small])
        try ranges.take(Self.address("10.97.0.2"), by: Self.web)
    }

    @Test func `A network is needed while a Service has an address there and nowhere else`() throws
    {
        var ranges = ClusterIPRanges([ServiceNetwork(Self.large), ServiceNetwork(Self.small)])
        #expect(!ranges.isNeeded([Self.small], beside: [Self.large]))
        let address = Self.address("10.97.0.2")
        // An IPAddress object alone needs no network.
        #expect(ranges.adopt(address, by: ObjectName("10.97.0.2")) == nil)
        #expect(!ranges.isNeeded([Self.small], beside: [Self.large]))
        #expect(ranges.holder(of: address) == nil)
        #expect(ranges.adopt(address, by: Self.web) == .heldBy(ObjectName("10.97.0.2")))
        #expect(ranges.holder(of: address) == Self.web)
        #expect(ranges.isNeeded([Self.small], beside: [Self.large]))
        #expect(!ranges.isNeeded([Self.small], beside: [IPPrefix("10.97.0.0/24")!]))
        ranges.release(address, by: Self.web)
        #expect(!ranges.isNeeded([Self.small], beside: [Self.large]))
        #expect(ranges[address] == ObjectName("10.97.0.2"))
    }

    /// Random takes, releases and changes of overlapping networks, against a set of what is held.
    @Test("Nothing is given twice, whatever the networks do", arguments: UInt64(1)...10)
    func property(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let all = ["10.96.0.0/27", "10.96.0.8/29", "10.96.0.16/28", "10.97.0.0/29"].map {
            IPPrefix($0)!
        }
        var ranges = ClusterIPRanges(all.map { ServiceNetwork($0) })
        var held: Set<IPAddress> = []
        var open = Set(all)
        for _ in 0..<2000 {
            switch Int.random(in: 0..<10, using: &rng) {
            case 0:
                let networks = all.filter { _ in Bool.random(using: &rng) }.map {
                    ServiceNetwork($0, isOpen: Bool.random(using: &rng))
                }
                ranges.set(networks)
                open = Set(networks.filter(\.isOpen).map(\.prefix))
            case 1..<5:
                guard let address = held.randomElement(using: &rng) else { continue }
                ranges.release(address, by: Self.web)
                held.remove(address)
            case _:
                guard let address = try? ranges.takeNext(.ipv4, by: Self.web, using: &rng) else {
                    continue
                }
                #expect(held.insert(address).inserted)
                #expect(open.contains { $0.contains(address) })
            }
            for address in held { #expect(ranges[address] == Self.web) }
        }
    }
}
