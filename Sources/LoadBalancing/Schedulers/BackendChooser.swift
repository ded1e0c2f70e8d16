package import Addresses

/// Chooses a backend of one ServicePort for each new connection, and owns what that takes: the schedulers' state
/// of its two lists, active connections, failures, session affinity. All of its addresses share one.
///
/// Time (nanoseconds of a monotonic clock) and randomness (64 even bits) are arguments.
package struct BackendChooser: Sendable {
    private var state: ServicePortState
    private var slots = BackendSlots()
    private var cluster: BackendListScheduler
    private var local: BackendListScheduler
    private var affinity: SessionAffinityTable?

    package init(_ state: ServicePortState) {
        self.state = ServicePortState()
        cluster = BackendListScheduler([], .random, in: slots)
        local = cluster
        _ = update(state)
    }

    /// Takes over new backends, scheduler or affinity. Open connections keep their slots; nothing new goes to
    /// a backend that is gone, and nobody's affinity leads there. Returns true if a backend is gone.
    package mutating func update(_ new: ServicePortState) -> Bool {
        let all = Set((new.cluster + new.local).filter { $0.weight > 0 }.map(\.socketAddress))
        let anyGone = slots.list(all)
        let sameScheduler = new.scheduler == state.scheduler
        cluster = BackendListScheduler(
            new.cluster, new.scheduler, in: slots, continuing: sameScheduler ? cluster : nil)
        local = BackendListScheduler(
            new.local, new.scheduler, in: slots, continuing: sameScheduler ? local : nil)
        if let timeout = new.affinityTimeout {
            if affinity == nil { affinity = SessionAffinityTable(timeoutSeconds: timeout) }
            affinity?.setTimeout(seconds: timeout)
        } else {
            affinity = nil
        }
        if anyGone {
            let slots = slots
            affinity?.forgetBackends { !slots.slots[Int($0.index)].isListed }
        }
        state = new
        return anyGone
    }

    /// How many backends a list has to offer.
    package func count(_ list: BackendList) -> Int {
        switch list {
        case .cluster: cluster.places.count
        case .local: local.places.count
        }
    }

    /// Chooses for a new connection of `client` and counts it as active; nil if the list is empty. `closed` or
    /// `failed` has to follow, once.
    package mutating func choose(
        from list: BackendList, for client: IPAddress, now: UInt64, random: UInt64
    ) -> BackendChoice? {
        let kept = affinity?.backend(of: client, now: now).map { Int($0.index) }
        let place: Int
        if let kept, isMember(kept, of: list), !slots.isSuspect(kept, now) {
            place = kept
        } else if let picked = pick(list, client, now, random) {
            place = picked
        } else {
            return nil
        }
        slots.opened(place)
        affinity?.record(client, BackendSlot(place), now: now)
        return BackendChoice(slot: BackendSlot(place), backend: slots.slots[place].backend)
    }

    private mutating func pick(
        _ list: BackendList, _ client: IPAddress, _ now: UInt64, _ random: UInt64
    ) -> Int? {
        switch list {
        case .cluster: cluster.pick(slots, for: client, now: now, random: random)
        case .local: local.pick(slots, for: client, now: now, random: random)
        }
    }

    private func isMember(_ place: Int, of list: BackendList) -> Bool {
        switch list {
        case .cluster: cluster.places.contains(place)
        case .local: local.places.contains(place)
        }
    }

    /// The connection stands: earlier failures of its backend are forgiven.
    package mutating func connected(_ slot: BackendSlot) { slots.connected(Int(slot.index)) }

    /// The connection has ended.
    package mutating func closed(_ slot: BackendSlot) { slots.closed(Int(slot.index)) }

    /// The connection never stood: refused, unreachable or timed out. Others are preferred for a while.
    package mutating func failed(_ slot: BackendSlot, now: UInt64) {
        slots.failed(Int(slot.index), now: now)
    }

    /// False once the backend is removed; a connection that is still being made has to choose again.
    package func isListed(_ slot: BackendSlot) -> Bool { slots.slots[Int(slot.index)].isListed }

    /// All backends with connections or in a list, by address.
    package var loads: [BackendLoad] {
        slots.slots.enumerated().filter { $1.isListed || $1.active > 0 }.map { place, slot in
            BackendLoad(
                backend: slot.backend, active: Int(slot.active), failures: slots.failures(place),
                isListed: slot.isListed)
        }.sorted { $0.backend < $1.backend }
    }
}
