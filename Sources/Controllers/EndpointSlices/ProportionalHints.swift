import KubeAPI

/// Hints in proportion to the CPUs of the zones, as annotation topology-mode Auto asks (rule S-086; k8s.io/endpointslice,
/// topologycache). Slices that need not be written keep their hints while these overload no zone; in all others every
/// endpoint is first for its own zone, then zones with too many give to zones with too few.
struct ProportionalHints {
    /// By how much of its share a zone may be overloaded.
    private static let overload = 0.2

    private struct Allocation {
        var maximum: Int
        var desired: Double
    }

    private let allocations: [String: Allocation]
    /// How many hints each zone has.
    private var allocated: [String: Int] = [:]

    /// Sets the hints of all slices of the plan. A problem means that there should be none, whatever
    /// the plan has then.
    static func apply(_ shares: [String: Double]?, to plan: inout SlicePlan) -> HintProblem? {
        guard let shares else { return .insufficientNodeInfo }
        let slices = plan.creates + plan.updates + plan.unchanged
        let ready = slices.reduce(0) { $0 + $1.endpoints.count { $0.ready == true } }
        guard ready >= shares.count else {
            return .insufficientEndpoints(ready, zones: shares.count)
        }
        guard var hints = ProportionalHints(shares, endpoints: ready) else {
            return .overload(ready, zones: shares.count)
        }
        hints.keep(&plan)
        guard hints.assignOwnZones(&plan) else { return .endpointWithoutZone }
        hints.redistribute(&plan)
        return nil
    }

    /// nil if the zones need more endpoints than there are so that none is overloaded.
    private init?(_ shares: [String: Double], endpoints: Int) {
        let desired = shares.mapValues { $0 * Double(endpoints) }
        func minimum(_ desired: Double) -> Int {
            Int((desired * (1 / (1 + Self.overload))).rounded(.up))
        }
        let spare = endpoints - desired.values.reduce(0) { $0 + minimum($1) }
        guard spare >= 0 else { return nil }
        allocations = desired.mapValues { desired in
            Allocation(
                maximum: minimum(desired) + spare, desired: max(desired, Double(minimum(desired))))
        }
    }

    /// Unchanged slices with hints that still do stay so, the others are written.
    private mutating func keep(_ plan: inout SlicePlan) {
        let before = plan.unchanged
        plan.unchanged = []
        for slice in before {
            if let counts = usableHints(of: slice) {
                plan.unchanged.append(slice)
                allocated.merge(counts, uniquingKeysWith: +)
            } else {
                plan.updates.append(slice)
            }
        }
    }

    private func usableHints(of slice: EndpointSlice) -> [String: Int]? {
        var counts: [String: Int] = [:]
        for endpoint in slice.endpoints where endpoint.ready == true {
            guard let zones = endpoint.hints?.forZones, !zones.isEmpty,
                zones.allSatisfy({ allocations[$0] != nil })
            else { return nil }
            for zone in zones { counts[zone, default: 0] += 1 }
        }
        let fits = counts.allSatisfy { zone, count in
            count + allocated[zone, default: 0] <= allocations[zone]?.maximum ?? 0
        }
        return fits ? counts : nil
    }

    /// False if a ready endpoint has no zone.
    private mutating func assignOwnZones(_ plan: inout SlicePlan) -> Bool {
        plan.changeWritten { endpoint in
            endpoint.hints = nil
            guard endpoint.ready == true else { return true }
            guard let zone = endpoint.zone else { return false }
            allocated[zone, default: 0] += 1
            endpoint.hints = EndpointHints(forZones: [zone])
            return true
        }
    }

    private mutating func redistribute(_ plan: inout SlicePlan) {
        var (giving, receiving) = gifts()
        _ = plan.changeWritten { endpoint in
            guard !giving.isEmpty, let receiver = receiving.keys.min() else { return false }
            guard endpoint.ready == true, let giver = endpoint.zone, giving[giver] != nil else {
                return true
            }
            endpoint.hints = EndpointHints(forZones: [receiver])
            Self.take(1, from: giver, &giving)
            Self.take(1, from: receiver, &receiving)
            return true
        }
    }

    private static func take(_ count: Int, from zone: String, _ zones: inout [String: Int]) {
        let left = zones[zone, default: 0] - count
        zones[zone] = left > 0 ? left : nil
    }

    /// How many endpoints each zone gives, and how many each receives.
    private func gifts() -> (giving: [String: Int], receiving: [String: Int]) {
        var surplus: [String: Double] = [:]
        var lack: [String: Double] = [:]
        for (zone, allocation) in allocations {
            let difference = Double(allocated[zone, default: 0]) - allocation.desired
            if difference > 0 { surplus[zone] = difference }
            if difference < 0 { lack[zone] = -difference }
        }
        var giving: [String: Int] = [:]
        var receiving: [String: Int] = [:]
        while let giver = Self.most(surplus), let receiver = Self.most(lack) {
            guard giver.count >= 1 || receiver.count >= 1, giver.count >= 0.5,
                receiver.count >= 0.5
            else { break }
            giving[giver.zone, default: 0] += 1
            surplus[giver.zone] = giver.count - 1
            receiving[receiver.zone, default: 0] += 1
            lack[receiver.zone] = receiver.count - 1
        }
        return (giving, receiving)
    }

    /// The zone with the most; of equal ones the first by name.
    private static func most(_ zones: [String: Double]) -> (zone: String, count: Double)? {
        var most: (zone: String, count: Double)?
        for (zone, count) in zones.sorted(by: { $0.key < $1.key }) where count > most?.count ?? 0 {
            most = (zone, count)
        }
        return most
    }
}

extension SlicePlan {
    /// Calls `body` with every endpoint that is to be written, as long as it answers true; the last answer.
    fileprivate mutating func changeWritten(_ body: (inout Endpoint) -> Bool) -> Bool {
        Self.change(&creates, body) && Self.change(&updates, body)
    }

    private static func change(
        _ slices: inout [EndpointSlice], _ body: (inout Endpoint) -> Bool
    ) -> Bool {
        for slice in slices.indices {
            for index in slices[slice].endpoints.indices
            where !body(&slices[slice].endpoints[index]) { return false }
        }
        return true
    }
}
