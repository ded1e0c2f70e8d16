package import Addresses

/// The NodePorts of a cluster: which are given out, and which comes next. The first
/// min(max(16, size/32), 128) ports (none up to 16) are given out unasked only when the rest is full.
/// Source: Kubernetes pkg/registry/core/service/portallocator.
package struct PortPool: Sendable, Equatable {
    package let range: ClosedRange<Port>
    private var offsets: BandedOffsets

    package init(_ range: ClosedRange<Port>) {
        self.range = range
        let size = UInt64(range.upperBound - range.lowerBound) + 1
        offsets = BandedOffsets(
            capacity: size,
            staticCount: BandedOffsets.staticCount(size: size, share: 32, atMost: 128))
    }

    /// Takes this very port. `port` is what the user wrote, so it may be no port at all.
    package mutating func allocate(_ port: Int64) throws(AllocationError) {
        guard let offset = offset(of: port) else { throw .portOutsideRange(range) }
        guard offsets.take(offset) else { throw .portTaken }
    }

    package mutating func allocateNext(
        using rng: inout some RandomNumberGenerator
    ) throws(AllocationError) -> Port {
        guard let offset = offsets.takeNext(using: &rng) else { throw .rangeIsFull }
        return range.lowerBound + Port(offset)
    }

    /// Gives a port back; false if it was not given out.
    @discardableResult
    package mutating func release(_ port: Int64) -> Bool {
        offset(of: port).map { offsets.free($0) } ?? false
    }

    /// Whether the port is given out.
    package func contains(_ port: Int64) -> Bool {
        offset(of: port).map(offsets.contains) ?? false
    }

    package var capacity: Int { Int(offsets.capacity) }
    package var allocatedCount: Int { offsets.takenCount }

    /// The ports that are given out last; nil where there is no static band.
    package var staticBand: ClosedRange<Port>? { band(0..<offsets.staticCount) }
    /// The ports that are given out first.
    package var dynamicBand: ClosedRange<Port>? { band(offsets.staticCount..<offsets.capacity) }

    private func band(_ offsets: Range<UInt64>) -> ClosedRange<Port>? {
        guard !offsets.isEmpty else { return nil }
        return range.lowerBound + Port(offsets.lowerBound)...range.lowerBound
            + Port(offsets.upperBound - 1)
    }

    private func offset(of port: Int64) -> UInt64? {
        guard let port = Port(exactly: port), range.contains(port) else { return nil }
        return UInt64(port - range.lowerBound)
    }
}
