import Addresses

/// The backends that one ServicePort's connections are at, also those that were removed and have open ones. Kept small:
/// there is one of it for every ServicePort.
struct BackendSlots: Sendable {
    struct Slot: Sendable {
        var backend: IPSocketAddress
        var isListed = true
        var active: Int32 = 0
    }

    /// What is remembered of a backend that has failed.
    private struct Failures: Sendable {
        var count: UInt64 = 0
        var inARow = 0
        var last: UInt64 = 0
        /// Until then other backends are preferred.
        var suspectUntil: UInt64 = 0
    }

    /// With more backends than this they are found by an index.
    private static let indexedFrom = 32

    private(set) var slots: [Slot] = []
    private var past: [Int: Failures] = [:]
    /// Where a backend is; empty while there are few.
    private var index: [IPSocketAddress: Int] = [:]
    private var free: [Int] = []
    /// No slot is suspect from then on: the common case costs one comparison.
    private(set) var noneSuspectFrom: UInt64 = 0

    /// Takes over a new set of backends; returns true if one has gone.
    mutating func list(_ backends: Set<IPSocketAddress>) -> Bool {
        var anyGone = false
        for place in slots.indices
        where slots[place].isListed && !backends.contains(slots[place].backend) {
            slots[place].isListed = false
            anyGone = true
            releaseIfUnused(place)
        }
        if slots.isEmpty { slots.reserveCapacity(backends.count) }
        for backend in backends {
            if let place = place(of: backend) {
                slots[place].isListed = true
            } else if let place = free.popLast() {
                put(Slot(backend: backend), at: place)
            } else {
                slots.append(Slot(backend: backend))
                put(Slot(backend: backend), at: slots.count - 1)
            }
        }
        return anyGone
    }

    func place(of backend: IPSocketAddress) -> Int? {
        if !index.isEmpty { return index[backend] }
        return slots.indices.first { slots[$0].backend == backend && isUsed($0) }
    }

    private func isUsed(_ place: Int) -> Bool {
        slots[place].isListed || slots[place].active > 0
    }

    private mutating func put(_ slot: Slot, at place: Int) {
        slots[place] = slot
        if !index.isEmpty {
            index[slot.backend] = place
        } else if slots.count > Self.indexedFrom {
            for place in slots.indices where isUsed(place) { index[slots[place].backend] = place }
        }
    }

    func failures(_ place: Int) -> UInt64 { past[place]?.count ?? 0 }

    func lastFailure(_ place: Int) -> UInt64 { past[place]?.last ?? 0 }

    func isSuspect(_ place: Int, _ now: UInt64) -> Bool {
        past[place].map { now < $0.suspectUntil } ?? false
    }

    mutating func opened(_ place: Int) { slots[place].active += 1 }

    mutating func connected(_ place: Int) {
        guard !past.isEmpty else { return }
        past[place]?.inARow = 0
        past[place]?.suspectUntil = 0
    }

    mutating func closed(_ place: Int) {
        slots[place].active -= 1
        releaseIfUnused(place)
    }

    /// A quarter of a second after the first failure, doubled by each further one, ten seconds at most.
    mutating func failed(_ place: Int, now: UInt64) {
        var failure = past[place] ?? Failures()
        let doublings = min(failure.inARow, 6)
        let pause = min(10_000_000_000, UInt64(250_000_000) << UInt64(doublings))
        failure.inARow += 1
        failure.count += 1
        failure.last = now
        failure.suspectUntil = now + pause
        past[place] = failure
        noneSuspectFrom = max(noneSuspectFrom, now + pause)
        closed(place)
    }

    private mutating func releaseIfUnused(_ place: Int) {
        guard !isUsed(place) else { return }
        if !index.isEmpty { index[slots[place].backend] = nil }
        past[place] = nil
        free.append(place)
    }
}
