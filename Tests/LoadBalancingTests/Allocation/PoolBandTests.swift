import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

/// The arithmetic of static and dynamic bands.
@Suite struct PoolBandTests {
    static let addressBands = ConformanceCase.load("service_defaulting_allocation.yaml") {
        $0.id.hasPrefix("alloc-band-ip-")
    }
    static let portBands = ConformanceCase.load("service_defaulting_allocation.yaml") {
        $0.id.hasPrefix("alloc-band-np-3")
    }

    @Test("The bands of a Service CIDR are Kubernetes'", arguments: addressBands)
    func addressBand(_ test: ConformanceCase) throws {
        let text = try #require(test.inputs["cidr"]?.string)
        let pool = AddressPool(try #require(IPPrefix(text)), for: .clusterIPs)
        let offset = try #require(test.expect["offset"]?.integer)
        let size = pool.staticBand.map { $0.upperBound.distance(from: $0.lowerBound)! + 1 } ?? 0
        #expect(size == UInt64(offset))
        guard test.expect["firstUsable"] != nil else {
            #expect(pool.capacity == 0)
            return
        }
        #expect(pool.staticBand == Self.band(test.expect["staticBand"]))
        #expect(pool.dynamicBand == Self.band(test.expect["dynamicBand"]))
        let first = (pool.staticBand ?? pool.dynamicBand)?.lowerBound
        #expect(first?.description == test.expect["firstUsable"]?.string)
        #expect(
            pool.dynamicBand?.upperBound.description == test.expect["lastUsable"]?.string)
    }

    @Test("The bands of a NodePort range are Kubernetes'", arguments: portBands)
    func portBand(_ test: ConformanceCase) throws {
        let base = try #require(test.inputs["base"]?.integer)
        let size = try #require(test.inputs["size"]?.integer)
        let pool = PortPool(Port(base)...Port(base + size - 1))
        #expect(pool.staticBand?.count ?? 0 == Int(try #require(test.expect["offset"]?.integer)))
        for (key, band) in [("staticBand", pool.staticBand), ("dynamicBand", pool.dynamicBand)] {
            let expected = test.expect[key]?.array?.compactMap(\.integer)
            #expect(band.map { [Int64($0.lowerBound), Int64($0.upperBound)] } == expected)
        }
    }

    private static func band(_ json: JSON?) -> ClosedRange<IPAddress>? {
        guard let texts = json?.array?.compactMap(\.string), texts.count == 2,
            let first = IPAddress(texts[0]), let last = IPAddress(texts[1])
        else { return nil }
        return first...last
    }

    @Test func `When both bands are full the allocation fails`() throws {
        var pool = AddressPool(IPPrefix("192.168.1.0/24")!, for: .clusterIPs)
        var rng = SplitMix64(seed: 1)
        var given: Set<IPAddress> = []
        for _ in 0..<254 { given.insert(try pool.allocateNext(using: &rng)) }
        #expect(given.count == 254)
        #expect(pool.freeCount == 0)
        #expect(throws: AllocationError.rangeIsFull) { try pool.allocateNext(using: &rng) }
        #expect("\(AllocationError.rangeIsFull)" == "range is full")
    }

    @Test func `An address asked for by name may be in either band`() throws {
        var pool = AddressPool(IPPrefix("192.168.1.0/24")!, for: .clusterIPs)
        for text in ["192.168.1.5", "192.168.1.200"] {
            let address = IPAddress(text)!
            try pool.allocate(address)
            #expect(pool.contains(address))
            #expect(throws: AllocationError.addressTaken) { try pool.allocate(address) }
        }
        for text in ["192.168.1.0", "192.168.1.255"] {
            #expect(throws: AllocationError.self) { try pool.allocate(IPAddress(text)!) }
        }
        #expect(throws: AllocationError.addressOutsideRanges) {
            try pool.allocate(IPAddress("192.168.2.1")!)
        }
    }

    @Test func `Automatic NodePorts come from the upper band while it has room`() throws {
        var pool = PortPool(30000...30128)
        var rng = SplitMix64(seed: 2)
        var upper: Set<Port> = []
        for _ in 30016...30128 { upper.insert(try pool.allocateNext(using: &rng)) }
        #expect(upper == Set(30016...30128))
        var lower: Set<Port> = []
        for _ in 30000...30015 { lower.insert(try pool.allocateNext(using: &rng)) }
        #expect(lower == Set(30000...30015))
        #expect(throws: AllocationError.rangeIsFull) { try pool.allocateNext(using: &rng) }
    }

    @Test func `A /32 has no ClusterIP, a /30 has two`() throws {
        var tiny = AddressPool(IPPrefix("192.168.1.0/32")!, for: .clusterIPs)
        var rng = SplitMix64(seed: 3)
        #expect(tiny.capacity == 0)
        #expect(throws: AllocationError.rangeIsFull) { try tiny.allocateNext(using: &rng) }
        var small = AddressPool(IPPrefix("192.168.1.240/30")!, for: .clusterIPs)
        let given = Set([
            try small.allocateNext(using: &rng), try small.allocateNext(using: &rng),
        ])
        #expect(given == Set([IPAddress("192.168.1.241")!, IPAddress("192.168.1.242")!]))
    }

    @Test(
        "A pool for load balancers or Pods has no bands and uses a single address",
        arguments: [
            ("192.0.2.7/32", 1), ("192.0.2.6/31", 2), ("192.0.2.0/28", 14), ("fd00::1/128", 1),
        ])
    func plainPool(_ prefix: String, _ capacity: UInt64) throws {
        var pool = AddressPool(IPPrefix(prefix)!, for: .plain)
        #expect(pool.capacity == capacity)
        #expect(pool.staticBand == nil)
        var rng = SplitMix64(seed: 4)
        for _ in 0..<capacity { #expect(pool.prefix.contains(try pool.allocateNext(using: &rng))) }
        #expect(throws: AllocationError.rangeIsFull) { try pool.allocateNext(using: &rng) }
    }
}
