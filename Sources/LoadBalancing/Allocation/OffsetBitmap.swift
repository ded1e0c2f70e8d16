/// A set of numbers that finds a free one quickly. Words of 64 bits are made when their first number comes, so a
/// /64 costs no more than what is taken of it.
struct OffsetBitmap: Sendable, Equatable {
    private var words: [UInt64: UInt64] = [:]
    private(set) var count = 0

    func contains(_ offset: UInt64) -> Bool {
        guard let word = words[offset >> 6] else { return false }
        return word >> (offset & 63) & 1 == 1
    }

    /// False if the number was there already.
    mutating func insert(_ offset: UInt64) -> Bool {
        let bit = UInt64(1) << (offset & 63)
        let word = words[offset >> 6] ?? 0
        guard word & bit == 0 else { return false }
        words[offset >> 6] = word | bit
        count += 1
        return true
    }

    /// False if the number was not there.
    mutating func remove(_ offset: UInt64) -> Bool {
        let bit = UInt64(1) << (offset & 63)
        guard let word = words[offset >> 6], word & bit != 0 else { return false }
        words[offset >> 6] = word == bit ? nil : word & ~bit
        count -= 1
        return true
    }

    /// The lowest number of `range` that is not in the set.
    func firstFree(in range: Range<UInt64>) -> UInt64? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard let word = words[offset >> 6] else { return offset }
            // Numbers below `offset` count as taken.
            let free = ~word & (UInt64.max << (offset & 63))
            if free != 0 {
                let found = (offset & ~63) + UInt64(free.trailingZeroBitCount)
                return found < range.upperBound ? found : nil
            }
            let (next, overflow) = (offset | 63).addingReportingOverflow(1)
            guard !overflow else { return nil }
            offset = next
        }
        return nil
    }
}
