import KubeAPI

/// Gives each zone a share of the ready endpoints in proportion to its CPUs: first every endpoint to its own zone,
/// then zones that would be overloaded by more than a fifth receive from those that have most to spare.
struct ProportionalHints {
    private static let overload = 0.2

    /// Zone by Pod name.
    private var zones: [String: String] = [:]
    private let previous: [String: String]

    init(previous slices: [EndpointSlice]) {
        var previous: [String: String] = [:]
        for endpoint in slices.lazy.flatMap(\.endpoints) {
            guard let pod = endpoint.targetRef?.name else { continue }
            previous[pod] = endpoint.hints?.forZones.first
        }
        self.previous = previous
    }

    func hints(of endpoint: Endpoint) -> EndpointHints? {
        guard endpoint.ready == true, let pod = endpoint.targetRef?.name else { return nil }
        return zones[pod].map { EndpointHints(forZones: [$0]) }
    }

    /// Decides for all endpoints; a problem means that there are no hints at all.
    mutating func assign(to endpoints: PodEndpoints, _ topology: Topology) -> HintProblem? {
        let ready = endpoints.groups.flatMap(\.endpoints).filter { $0.ready == true }
        guard let shares = topology.cpuShares else { return .insufficientNodeInfo }
        guard shares.count >= 2 else { return .oneZoneOnly }
        guard ready.count >= shares.count else { return .insufficientEndpoints }
        for endpoint in ready {
            guard let zone = endpoint.zone else { return .endpointWithoutZone }
            if let pod = endpoint.targetRef?.name { zones[pod] = zone }
        }
        let desired = shares.mapValues { $0 * Double(ready.count) }
        let minimum = desired.mapValues { Int(($0 / (1 + Self.overload)).rounded(.up)) }
        guard minimum.values.reduce(0, +) <= ready.count else { return .overload }
        redistribute(desired, minimum)
        return nil
    }

    private mutating func redistribute(_ desired: [String: Double], _ minimum: [String: Int]) {
        var counts: [String: Int] = [:]
        for zone in zones.values { counts[zone, default: 0] += 1 }
        for receiver in minimum.keys.sorted() {
            while counts[receiver, default: 0] < minimum[receiver]! {
                let giver = counts.filter { $0.value > minimum[$0.key, default: 0] }.keys
                    .max { spare($0, counts, desired) < spare($1, counts, desired) }
                guard let giver, let pod = candidate(from: giver, to: receiver) else { break }
                zones[pod] = receiver
                counts[giver]! -= 1
                counts[receiver, default: 0] += 1
            }
        }
    }

    private func spare(
        _ zone: String, _ counts: [String: Int], _ desired: [String: Double]
    ) -> (Double, String) {
        (Double(counts[zone, default: 0]) - desired[zone, default: 0], zone)
    }

    /// The Pod that gives its place: one that did before, if there is one.
    private func candidate(from giver: String, to receiver: String) -> String? {
        let pods = zones.filter { $0.value == giver }.keys
        return pods.filter { previous[$0] == receiver }.min() ?? pods.min()
    }
}
