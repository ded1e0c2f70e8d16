/// Weighted random choice: a member's share is its weight's part of the sum.
struct WeightedRandom: Sendable {
    private enum Shares: Sendable {
        /// The common case costs no memory.
        case equal(count: Int)
        /// The sum of the weights up to and with each member.
        case sums([UInt64])
    }

    private let shares: Shares

    init(weights: [UInt16]) {
        if let first = weights.first, weights.allSatisfy({ $0 == first }) {
            shares = .equal(count: weights.count)
            return
        }
        var sum: UInt64 = 0
        var sums: [UInt64] = []
        sums.reserveCapacity(weights.count)
        for weight in weights {
            sum += UInt64(weight)
            sums.append(sum)
        }
        shares = .sums(sums)
    }

    /// The member that owns the place of `random` (0 ..< 2^64) on the line of all weights.
    func pick(_ random: UInt64) -> Int {
        switch shares {
        case .equal(let count): Int(random.multipliedFullWidth(by: UInt64(count)).high)
        case .sums(let sums): Self.pick(random, sums)
        }
    }

    private static func pick(_ random: UInt64, _ sums: [UInt64]) -> Int {
        let point = random.multipliedFullWidth(by: sums[sums.count - 1]).high
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > point { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
