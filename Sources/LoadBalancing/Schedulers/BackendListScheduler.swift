import Addresses

/// The scheduler of one of a ServicePort's two lists, with what it remembers from choice to choice.
struct BackendListScheduler: Sendable {
    /// The list's members, as places in BackendSlots, in the order of the list.
    private(set) var places: [Int]
    private let weights: [UInt16]
    private var policy: Policy

    private enum Policy: Sendable {
        case random(WeightedRandom)
        case roundRobin(WeightedRoundRobin)
        case leastConnections
        case maglev(MaglevTable)
    }

    init(
        _ backends: [Backend], _ scheduler: Scheduler, in slots: BackendSlots,
        continuing previous: BackendListScheduler? = nil
    ) {
        let usable = backends.filter { $0.weight > 0 }
        weights = usable.map(\.weight)
        places = usable.compactMap { slots.place(of: $0.socketAddress) }
        switch scheduler {
        case .random: policy = .random(WeightedRandom(weights: weights))
        case .roundRobin:
            policy = .roundRobin(WeightedRoundRobin(weights: weights))
            if let previous, case .roundRobin(let turns) = previous.policy {
                policy = .roundRobin(
                    WeightedRoundRobin(
                        weights: weights, continuing: turns,
                        origins: Self.origins(of: places, in: previous.places)))
            }
        case .leastConnections: policy = .leastConnections
        case .maglev where usable.isEmpty: policy = .leastConnections
        case .maglev:
            policy = .maglev(MaglevTable(usable.map { ($0.socketAddress, $0.weight) }))
        }
    }

    private static func origins(of places: [Int], in old: [Int]) -> [Int?] {
        let members = Dictionary(zip(old, old.indices), uniquingKeysWith: { first, _ in first })
        return places.map { members[$0] }
    }

    /// The place of the next backend; suspects only when there is nobody else, the one that failed longest ago
    /// first. Nil for an empty list.
    mutating func pick(
        _ slots: BackendSlots, for client: IPAddress, now: UInt64, random: UInt64
    ) -> Int? {
        guard !places.isEmpty else { return nil }
        if now >= slots.noneSuspectFrom {
            return pick(slots, client, random) { _ in true }
        }
        let places = places
        if let place = pick(slots, client, random, { !slots.isSuspect(places[$0], now) }) {
            return place
        }
        return places.min { slots.lastFailure($0) < slots.lastFailure($1) }
    }

    private mutating func pick(
        _ slots: BackendSlots, _ client: IPAddress, _ random: UInt64, _ isUsable: (Int) -> Bool
    ) -> Int? {
        let member: Int?
        switch policy {
        case .random(let choice):
            member = Self.pickRandom(choice, weights, random, isUsable)
        case .roundRobin(var turns):
            // Emptied first, so that the turns are changed in place.
            policy = .leastConnections
            member = turns.pick(isUsable)
            policy = .roundRobin(turns)
        case .leastConnections: member = leastLoaded(slots, random, isUsable)
        case .maglev(let table): member = table.pick(for: client, isUsable)
        }
        return member.map { places[$0] }
    }

    private static func pickRandom(
        _ choice: WeightedRandom, _ weights: [UInt16], _ random: UInt64, _ isUsable: (Int) -> Bool
    ) -> Int? {
        let member = choice.pick(random)
        if isUsable(member) { return member }
        let others = weights.indices.filter(isUsable)
        guard !others.isEmpty else { return nil }
        return others[WeightedRandom(weights: others.map { weights[$0] }).pick(random)]
    }

    /// The member whose connections a unit of weight, this new one counted, are the fewest; of equals the first
    /// one from a random start.
    private func leastLoaded(
        _ slots: BackendSlots, _ random: UInt64, _ isUsable: (Int) -> Bool
    ) -> Int? {
        let count = places.count
        var member = Int(random.multipliedFullWidth(by: UInt64(count)).high)
        var best: (member: Int, load: Int, weight: Int)?
        for _ in 0..<count {
            if isUsable(member) {
                let load = Int(slots.slots[places[member]].active) + 1
                let weight = Int(weights[member])
                if best.map({ load * $0.weight < $0.load * weight }) ?? true {
                    best = (member, load, weight)
                }
            }
            member = member + 1 == count ? 0 : member + 1
        }
        return best?.member
    }
}
