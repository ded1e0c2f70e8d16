/// Numbers `0..<capacity` of which the lower ones, the static band, are given out unasked only when the dynamic
/// band above them is full, so that a user who asks for a low address finds it free.
struct BandedOffsets: Sendable, Equatable {
    let capacity: UInt64
    let staticCount: UInt64
    private var taken = OffsetBitmap()

    init(capacity: UInt64, staticCount: UInt64) {
        self.capacity = capacity
        self.staticCount = min(staticCount, capacity)
    }

    /// Kubernetes' size of the static band: none up to 16 numbers, else a share of `size` within bounds.
    static func staticCount(size: UInt64, share: UInt64, atMost limit: UInt64) -> UInt64 {
        size <= 16 ? 0 : min(max(16, size / share), limit)
    }

    var takenCount: Int { taken.count }
    var freeCount: UInt64 { capacity - UInt64(taken.count) }

    func contains(_ offset: UInt64) -> Bool { taken.contains(offset) }

    /// False if the number is taken; it must be below `capacity`.
    mutating func take(_ offset: UInt64) -> Bool { taken.insert(offset) }

    /// False if the number was free.
    mutating func free(_ offset: UInt64) -> Bool { taken.remove(offset) }

    /// Takes a number of the dynamic band, from a random start upwards, or one of the static band when that is
    /// full; nil when both are.
    mutating func takeNext(using rng: inout some RandomNumberGenerator) -> UInt64? {
        guard
            let offset = firstFree(in: staticCount..<capacity, using: &rng)
                ?? firstFree(in: 0..<staticCount, using: &rng)
        else { return nil }
        _ = taken.insert(offset)
        return offset
    }

    private func firstFree(
        in band: Range<UInt64>, using rng: inout some RandomNumberGenerator
    ) -> UInt64? {
        guard !band.isEmpty else { return nil }
        let start = UInt64.random(in: band, using: &rng)
        return taken.firstFree(in: start..<band.upperBound)
            ?? taken.firstFree(in: band.lowerBound..<start)
    }
}
