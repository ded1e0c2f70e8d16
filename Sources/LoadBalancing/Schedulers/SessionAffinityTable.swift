package import Addresses

/// Which backend each client of one ServicePort keeps: sessionAffinity ClientIP. An entry ends `timeout` after
/// the client's last new connection. The memory is bounded: when it is full, the client that has been away
/// longest is forgotten.
package struct SessionAffinityTable: Sendable {
    /// Nanoseconds.
    package private(set) var timeout: UInt64
    package let capacity: Int

    private struct Entry: Sendable {
        var client: IPAddress
        var slot: BackendSlot
        var lastUse: UInt64
        /// Places of the entries used before and after this one; -1 at the ends.
        var older: Int32
        var newer: Int32
    }

    private var entries: [Entry] = []
    private var free: [Int32] = []
    private var places: [IPAddress: Int32] = [:]
    /// All have one timeout, so the order of use is the order of expiry.
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    package init(timeoutSeconds: UInt32, capacity: Int = 262_144) {
        precondition(capacity > 0 && capacity < Int(Int32.max))
        timeout = UInt64(timeoutSeconds) * 1_000_000_000
        self.capacity = capacity
    }

    package var count: Int { places.count }

    package mutating func setTimeout(seconds: UInt32) {
        timeout = UInt64(seconds) * 1_000_000_000
    }

    /// The client's backend, if it has one; this alone does not prolong it. `now` in nanoseconds.
    package mutating func backend(of client: IPAddress, now: UInt64) -> BackendSlot? {
        expire(now)
        return places[client].map { entries[Int($0)].slot }
    }

    /// The client has opened a connection to `slot`.
    package mutating func record(_ client: IPAddress, _ slot: BackendSlot, now: UInt64) {
        expire(now)
        let place: Int32
        if let known = places[client] {
            place = known
            unlink(place)
        } else {
            if places.count == capacity { drop(oldest) }
            place = newPlace(client, slot)
            places[client] = place
        }
        entries[Int(place)].slot = slot
        entries[Int(place)].lastUse = now
        append(place)
    }

    package mutating func forget(_ client: IPAddress) {
        if let place = places[client] { drop(place) }
    }

    /// Drops the entries of the backends that `isGone` names.
    package mutating func forgetBackends(_ isGone: (BackendSlot) -> Bool) {
        var place = oldest
        while place >= 0 {
            let newer = entries[Int(place)].newer
            if isGone(entries[Int(place)].slot) { drop(place) }
            place = newer
        }
    }

    private mutating func expire(_ now: UInt64) {
        while oldest >= 0, entries[Int(oldest)].lastUse &+ timeout <= now { drop(oldest) }
    }

    private mutating func newPlace(_ client: IPAddress, _ slot: BackendSlot) -> Int32 {
        let entry = Entry(client: client, slot: slot, lastUse: 0, older: -1, newer: -1)
        if let place = free.popLast() {
            entries[Int(place)] = entry
            return place
        }
        entries.append(entry)
        return Int32(entries.count - 1)
    }

    private mutating func drop(_ place: Int32) {
        places[entries[Int(place)].client] = nil
        unlink(place)
        free.append(place)
    }

    private mutating func append(_ place: Int32) {
        entries[Int(place)].older = newest
        entries[Int(place)].newer = -1
        if newest >= 0 { entries[Int(newest)].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int32) {
        let (older, newer) = (entries[Int(place)].older, entries[Int(place)].newer)
        if older >= 0 { entries[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[Int(newer)].older = older } else { newest = older }
    }
}
