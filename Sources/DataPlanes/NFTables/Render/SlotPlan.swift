import Addresses
import LoadBalancing

/// Shares out the slots of a list: a packet takes one at random, so a backend's share is its part of the slots.
enum SlotPlan {
    /// Up to so many slots weights are met exactly.
    static let exactSlots = 256

    /// How many slots each backend has. Equal weights: one each. Otherwise the weights themselves, without their
    /// common factor; where those are too many, the nearest there is, at least one each, wrong by less than one in a
    /// hundred of all connections taken together.
    static func counts(_ weights: [UInt32]) -> [Int] {
        guard let first = weights.first else { return [] }
        if weights.allSatisfy({ $0 == first }) { return weights.map { _ in 1 } }
        let factor = weights.reduce(0, greatestCommonDivisor)
        let sum = weights.reduce(0) { $0 + Int($1 / factor) }
        if sum <= exactSlots { return weights.map { Int($0 / factor) } }
        return apportioned(weights, slots: slots(weights))
    }

    /// Backends with a smaller share than one slot take it from the others: as many slots as make that little.
    private static func slots(_ weights: [UInt32]) -> Int {
        let sum = weights.reduce(0) { $0 + Double($1) }
        var slots = 1024
        while slots < 65536 {
            let taken = weights.reduce(0) { $0 + max(0, 1 / Double(slots) - Double($1) / sum) }
            if taken < 0.004, slots >= 4 * weights.count { break }
            slots *= 2
        }
        return slots
    }

    /// So many slots, shared out by weight; at least one each, so `slots` must not be less than there are weights.
    static func apportioned(_ weights: [UInt32], slots: Int) -> [Int] {
        precondition(slots >= weights.count)
        let sum = weights.reduce(0) { $0 + UInt64($1) }
        var counts = weights.map { max(1, Int(UInt64(slots) * UInt64($0) / sum)) }
        let shares = weights.map { Double(slots) * Double($0) / Double(sum) }
        func error(_ index: Int) -> Double { shares[index] - Double(counts[index]) }
        var missing = slots - counts.reduce(0, +)
        while missing > 0 {
            let index = counts.indices.max { error($0) < error($1) }!
            counts[index] += 1
            missing -= 1
        }
        while missing < 0 {
            let index = counts.indices.filter { counts[$0] > 1 }.min { error($0) < error($1) }!
            counts[index] -= 1
            missing += 1
        }
        return counts
    }

    /// Which backend has which slot, so that as few as possible change hands.
    static func arranged(
        _ backends: [IPSocketAddress], _ counts: [Int], before: [IPSocketAddress]
    ) -> [IPSocketAddress] {
        if before.isEmpty { return interleaved(backends, counts) }
        var left: [IPSocketAddress: Int] = [:]
        for (backend, count) in zip(backends, counts) { left[backend, default: 0] += count }
        let size = counts.reduce(0, +)
        var slots = [IPSocketAddress?](repeating: nil, count: size)
        for (slot, backend) in before.prefix(size).enumerated() {
            guard let count = left[backend], count > 0 else { continue }
            left[backend] = count - 1
            slots[slot] = backend
        }
        var rest = interleaved(backends, backends.map { left[$0] ?? 0 }).makeIterator()
        return slots.map { $0 ?? rest.next()! }
    }

    /// Each backend as often as its count says, those of one as far apart as they can be: round robin goes by them.
    static func interleaved(
        _ backends: [IPSocketAddress], _ counts: [Int]
    ) -> [IPSocketAddress] {
        if counts.allSatisfy({ $0 <= 1 }) {
            return zip(backends, counts).filter { $0.1 == 1 }.map(\.0)
        }
        var places: [(at: Double, index: Int)] = []
        for (index, count) in counts.enumerated() {
            for turn in 0..<count {
                places.append(((Double(turn) + 0.5) / Double(count), index))
            }
        }
        return places.sorted { ($0.at, $0.index) < ($1.at, $1.index) }.map { backends[$0.index] }
    }

    private static func greatestCommonDivisor(_ a: UInt32, _ b: UInt32) -> UInt32 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
