import Addresses

/// The backends that one ServicePort's connections are at, also those that were removed and have open ones.
struct BackendSlots: Sendable {
    struct Slot: Sendable {
        var backend: IPSocketAddress
        var isListed = true
        var active = 0
        var failures: UInt64 = 0
        var failuresInARow = 0
        var lastFailure: UInt64 = 0
        /// Until then other backends are preferred.
        var suspectUntil: UInt64 = 0
    }

    private(set) var slots: [Slot] = []
    private var places: [IPSocketAddress: Int] = [:]
    private var free: [Int] = []
    /// No slot is suspect from then on: the common case costs one comparison.
    private(set) var noneSuspectFrom: UInt64 = 0

    /// Takes over a new set of backends; returns true if one has gone.
    mutating func list(_ backends: Set<IPSocketAddress>) -> Bool {
        var anyGone = false
        for (backend, place) in places where !backends.contains(backend) {
            guard slots[place].isListed else { continue }
            slots[place].isListed = false
            anyGone = true
            releaseIfUnused(place)
        }
        for backend in backends {
            if let place = places[backend] {
                slots[place].isListed = true
            } else if let place = free.popLast() {
                slots[place] = Slot(backend: backend)
                places[backend] = place
            } else {
                slots.append(Slot(backend: backend))
                places[backend] = slots.count - 1
            }
        }
        return anyGone
    }

    func place(of backend: IPSocketAddress) -> Int? { places[backend] }

    func isSuspect(_ place: Int, _ now: UInt64) -> Bool { now < slots[place].suspectUntil }

    mutating func opened(_ place: Int) { slots[place].active += 1 }

    mutating func connected(_ place: Int) {
        slots[place].failuresInARow = 0
        slots[place].suspectUntil = 0
    }

    mutating func closed(_ place: Int) {
        slots[place].active -= 1
        releaseIfUnused(place)
    }

    /// A quarter of a second after the first failure, doubled by each further one, ten seconds at most.
    mutating func failed(_ place: Int, now: UInt64) {
        let doublings = min(slots[place].failuresInARow, 6)
        let pause = min(10_000_000_000, UInt64(250_000_000) << UInt64(doublings))
        slots[place].failuresInARow += 1
        slots[place].failures += 1
        slots[place].lastFailure = now
        slots[place].suspectUntil = now + pause
        noneSuspectFrom = max(noneSuspectFrom, now + pause)
        closed(place)
    }

    private mutating func releaseIfUnused(_ place: Int) {
        guard !slots[place].isListed, slots[place].active == 0 else { return }
        places[slots[place].backend] = nil
        free.append(place)
    }
}
