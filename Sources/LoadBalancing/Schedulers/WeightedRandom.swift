/// Weighted random choice: a member's share is its weight's part of the sum.
struct WeightedRandom: Sendable {
    /// The sum of the weights up to and with each member.
    private var sums: [UInt64] = []

    init(weights: [UInt16]) {
        var sum: UInt64 = 0
        sums.reserveCapacity(weights.count)
        for weight in weights {
            sum += UInt64(weight)
            sums.append(sum)
        }
    }

    /// The member that owns the place of `random` (0 ..< 2^64) on the line of all weights.
    func pick(_ random: UInt64) -> Int {
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
