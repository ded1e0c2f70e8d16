import Addresses
import KubeAPI
import LoadBalancing
import TestSupport

/// A case of service_defaulting_allocation.yaml about the bands of a range. The arithmetic is held against the pools
/// that the server allocates from; where a server can be started with the range, what it gives out is held against
/// the bands.
struct BandCase: ExecutableCase {
    private let test: ConformanceCase
    /// A server needs room for its own Services.
    private static let smallestCIDR: UInt64 = 16

    init(_ test: ConformanceCase) { self.test = test }

    private var prefix: IPPrefix? { test.inputs["cidr"]?.string.flatMap { IPPrefix($0) } }

    private var isServed: Bool {
        prefix.map { $0.addressCount >= Self.smallestCIDR } ?? (PortRange(test) != nil)
    }

    var settings: ServerSettings {
        var settings = ServerSettings.standard
        guard isServed else { return settings }
        if let prefix {
            settings.serviceCIDRs = [prefix.description]
        } else if let range = PortRange(test)?.range {
            settings.nodePortRange = "\(range.lowerBound)-\(range.upperBound)"
        }
        return settings
    }

    func run(on cluster: Cluster) async throws {
        let observation = BandObservation(api: cluster.api)
        if let prefix {
            var check = AddressBandCheck(prefix, test)
            try check.run()
            if isServed { try await observe(prefix, observation) }
        } else if let range = PortRange(test)?.range {
            var check = PortBandCheck(range, test)
            try check.run()
            let pool = PortPool(range)
            if let dynamic = pool.dynamicBand {
                try await observation.ports(dynamic: dynamic, statics: pool.staticBand)
            }
        } else {
            throw Failure("neither a CIDR nor a range of ports")
        }
    }

    private func observe(_ prefix: IPPrefix, _ observation: BandObservation) async throws {
        let pool = AddressPool(prefix, for: .clusterIPs)
        guard let dynamic = pool.dynamicBand else { return }
        if let asked = test.inputs["ask"]?.array {
            let isGiven = test.expect["ok"]?.bool == true
            return try await observation.asked(asked.compactMap(\.string), isGiven: isGiven)
        }
        let last = prefix.network.advanced(by: prefix.addressCount - 1)
        let unusable = [prefix.network] + (prefix.family == .ipv4 ? [last].compactMap(\.self) : [])
        try await observation.asked(unusable.map(\.description), isGiven: false)
        try await observation.addresses(
            dynamic: dynamic, statics: pool.staticBand, family: prefix.family)
    }
}

/// `base` and `size`, or `range`.
private struct PortRange {
    let range: ClosedRange<Port>

    init?(_ test: ConformanceCase) {
        let inputs = test.inputs
        var ends: [Port] = []
        if let base = inputs["base"]?.integer, let size = inputs["size"]?.integer {
            ends = [base, base + size - 1].compactMap { Port(exactly: $0) }
        } else if let text = inputs["range"]?.string {
            ends = text.split(separator: "-").compactMap { Port($0) }
        }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        range = ends[0]...ends[1]
    }
}

/// `cidr`, with `ask` (addresses to take) or `allocated` ("all N").
private struct AddressBandCheck {
    private let inputs: JSON
    private let expect: JSON
    private var pool: AddressPool

    init(_ prefix: IPPrefix, _ test: ConformanceCase) {
        inputs = test.inputs
        expect = test.expect
        pool = AddressPool(prefix, for: .clusterIPs)
    }

    mutating func run() throws {
        try expect.check("offset", Self.count(pool.staticBand))
        try expect.check("staticBand", Self.json(pool.staticBand))
        try expect.check("dynamicBand", Self.json(pool.dynamicBand))
        let first = (pool.staticBand ?? pool.dynamicBand)?.lowerBound
        try expect.check("firstUsable", Self.json(first))
        try expect.check("lastUsable", Self.json(pool.dynamicBand?.upperBound))
        try expect.check("ok", .bool(takeAsked()))
        if expect["error"] != nil || expect["usable"] != nil { try exhaust() }
    }

    private mutating func takeAsked() -> Bool {
        let asked = (inputs["ask"]?.array ?? []).compactMap { $0.string.flatMap { IPAddress($0) } }
        for address in asked {
            do throws(AllocationError) { try pool.allocate(address) } catch { return false }
        }
        return true
    }

    /// Takes all there is: the addresses, or how many there were, and the error at the end.
    private mutating func exhaust() throws {
        var random = SplitMix64(seed: 1)
        var given: [IPAddress] = []
        var refusal: AllocationError?
        while refusal == nil {
            do throws(AllocationError) { given.append(try pool.allocateNext(using: &random)) } catch
            {
                refusal = error
            }
        }
        try expect.check("error", .string(refusal.map { "\($0)" } ?? ""))
        if let all = inputs["allocated"]?.string, all.hasPrefix("all ") {
            let came = "all \(given.count)"
            if came != all { throw Failure(at: "addresses", expected: all, came: came) }
        }
        switch expect["usable"] {
        case .integer: try expect.check("usable", .integer(Int64(given.count)))
        default: try expect.check("usable", .strings(given.sorted().map(\.description)))
        }
    }

    private static func count(_ band: ClosedRange<IPAddress>?) -> JSON {
        guard let band else { return 0 }
        return .integer(Int64(band.upperBound.distance(from: band.lowerBound) ?? 0) + 1)
    }

    private static func json(_ band: ClosedRange<IPAddress>?) -> JSON {
        band.map { .strings([$0.lowerBound.description, $0.upperBound.description]) } ?? .null
    }

    private static func json(_ address: IPAddress?) -> JSON {
        address.map { .string($0.description) } ?? .null
    }
}

private struct PortBandCheck {
    private let expect: JSON
    private var pool: PortPool

    init(_ range: ClosedRange<Port>, _ test: ConformanceCase) {
        expect = test.expect
        pool = PortPool(range)
    }

    mutating func run() throws {
        try expect.check("offset", .integer(Int64(pool.staticBand?.count ?? 0)))
        try expect.check("staticBand", Self.json(pool.staticBand))
        try expect.check("dynamicBand", Self.json(pool.dynamicBand))
        guard expect["firstPhase"] != nil else { return }
        let first = pool.dynamicBand?.count ?? 0
        try expect.check("firstPhase", try take(first))
        try expect.check("thenPhase", try take(pool.capacity - first))
    }

    /// The lowest and highest of the next ports.
    private mutating func take(_ count: Int) throws -> JSON {
        var random = SplitMix64(seed: 1)
        var given: [Port] = []
        for _ in 0..<count { given.append(try pool.allocateNext(using: &random)) }
        guard let low = given.min(), let high = given.max() else { return .null }
        return Self.json(low...high)
    }

    private static func json(_ band: ClosedRange<Port>?) -> JSON {
        guard let band else { return .null }
        return .array([.integer(Int64(band.lowerBound)), .integer(Int64(band.upperBound))])
    }
}

extension JSON {
    /// Compares a member of the expectation, where the case tells it.
    fileprivate func check(_ member: String, _ found: JSON) throws(Failure) {
        guard let expected = self[member], expected != found else { return }
        throw Failure(at: member, expected: expected.text, came: found.text)
    }
}
