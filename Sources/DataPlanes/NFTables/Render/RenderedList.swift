import Addresses
import LoadBalancing

/// One list of backends as the kernel has it: under an id, in slots.
struct RenderedList: Equatable, Sendable {
    /// Which chain takes a slot.
    enum Choice: Equatable, Sendable {
        case random(Int)
        case maglev(Int)
        case roundRobin(Int)
    }

    let id: UInt32
    /// Session affinity in seconds; nil: none.
    let timeout: UInt32?
    let choice: Choice
    let slots: [IPSocketAddress]
    /// nil where they are those of the slots, as they mostly are.
    private let ownHairpins: [IPAddress]?

    init(
        id: UInt32, choice: Choice, slots: [IPSocketAddress], timeout: UInt32? = nil,
        hairpins: [IPAddress] = []
    ) {
        self.id = id
        self.choice = choice
        self.slots = slots
        self.timeout = timeout
        let isShared = slots.lazy.map(\.address).elementsEqual(hairpins)
        ownHairpins = isShared ? nil : hairpins
    }

    /// The addresses of backends that may be chosen for a connection of their own, each once.
    var hairpins: [IPAddress] { ownHairpins ?? slots.map(\.address) }
}

/// What a list shall be, before it has an id and an arrangement.
struct WantedList {
    let backends: [Backend]
    let scheduler: Scheduler
    let timeout: UInt32?
    /// Least connections: what the counts of open connections make of the weights; nil where nothing was counted.
    var tuning: [IPSocketAddress: UInt32]?

    /// - Parameter before: the list as it is, or as a predecessor left it: its arrangement is kept as far as can be.
    func arranged(id: UInt32, before: RenderedList?) -> RenderedList {
        let addresses = backends.map(\.socketAddress)
        let slots: [IPSocketAddress]
        let choice: RenderedList.Choice
        switch scheduler {
        case .random:
            slots = arranged(SlotPlan.counts(weights), before)
            choice = .random(slots.count)
        case .leastConnections:
            slots = arranged(tunedCounts(before), before)
            choice = .random(slots.count)
        case .roundRobin:
            // In the order of their turns: what was there before does not count.
            slots = SlotPlan.interleaved(addresses, SlotPlan.counts(weights))
            choice = .roundRobin(slots.count)
        case .maglev:
            slots = MaglevSlots.slots(backends)
            choice = .maglev(slots.count)
        }
        return RenderedList(
            id: id, choice: choice, slots: slots, timeout: timeout, hairpins: hairpins)
    }

    /// Backends are in the order of their addresses.
    private var hairpins: [IPAddress] {
        var addresses: [IPAddress] = []
        for backend in backends where backend.maySendHere && backend.address != addresses.last {
            addresses.append(backend.address)
        }
        return addresses
    }

    private var weights: [UInt32] { backends.map { UInt32($0.weight) } }

    private func arranged(_ counts: [Int], _ before: RenderedList?) -> [IPSocketAddress] {
        SlotPlan.arranged(backends.map(\.socketAddress), counts, before: before?.slots ?? [])
    }

    /// Enough slots for shares to be moved in steps of a hundredth of an equal share. Where nothing was counted yet the
    /// shares of before go on.
    private func tunedCounts(_ before: RenderedList?) -> [Int] {
        guard backends.count > 1 else { return [1] }
        let slots = max(backends.count, min(4096, 100 * backends.count))
        var kept: [IPSocketAddress: UInt32] = [:]
        if tuning == nil, before?.slots.count == slots {
            for backend in before?.slots ?? [] { kept[backend, default: 0] += 1 }
            if backends.contains(where: { kept[$0.socketAddress] == nil }) { kept = [:] }
        }
        let weights = backends.map { backend in
            tuning?[backend.socketAddress] ?? kept[backend.socketAddress]
                ?? UInt32(backend.weight) * 10_000
        }
        return SlotPlan.apportioned(weights, slots: slots)
    }
}

/// The Maglev table of a list: as small as the shares of its backends allow.
enum MaglevSlots {
    /// Primes; at least a hundred entries for a backend of average weight.
    private static let sizes = [251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131_071]

    static func slots(_ backends: [Backend]) -> [IPSocketAddress] {
        let size = sizes.first { $0 >= 100 * backends.count } ?? sizes.last!
        let table = MaglevTable(
            zip(backends, weights(backends, size)).map { ($0.socketAddress, $1) }, size: size)
        return table.entries.map { backends[Int($0)].socketAddress }
    }

    /// No weight is too small for an entry of its own.
    private static func weights(_ backends: [Backend], _ size: Int) -> [UInt16] {
        let sum = backends.reduce(0) { $0 + Int($1.weight) }
        let least = sum / max(1, size - 2 * backends.count) + 1
        return backends.map { max($0.weight, UInt16(clamping: least)) }
    }
}
