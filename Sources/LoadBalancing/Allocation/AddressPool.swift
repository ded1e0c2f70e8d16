package import Addresses

/// The addresses of one prefix: which are given out, and which comes next.
package struct AddressPool: Sendable, Equatable {
    /// What the pool is for.
    package enum Purpose: Sendable, Equatable {
        /// ClusterIPs: with a static band of min(max(16, size/16), 256) addresses (none up to 16), which is given
        /// out unasked only when the rest is full. Source: Kubernetes pkg/registry/core/service/ipallocator.
        case clusterIPs
        /// Pods or load balancers: no bands; a prefix of one or two addresses is used wholly (RFC 3021).
        case plain
    }

    package let prefix: IPPrefix
    private let firstUsable: IPAddress
    private var offsets: BandedOffsets

    /// The network address is not used, nor is the broadcast address of IPv4. Of a prefix wider than 2^64
    /// addresses the first 2^64 - 1 are used.
    package init(_ prefix: IPPrefix, for purpose: Purpose) {
        self.prefix = prefix
        let hostBits = prefix.family.bits - prefix.length
        if purpose == .plain, hostBits <= 1 {
            firstUsable = prefix.network
            offsets = BandedOffsets(capacity: prefix.addressCount, staticCount: 0)
            return
        }
        firstUsable = prefix.network.advanced(by: 1) ?? prefix.network
        let unused: UInt64 = prefix.family == .ipv4 ? 2 : 1
        let size = prefix.addressCount
        // `addressCount` saturates at 2^64 - 1, which is just the count without the network address.
        let capacity = hostBits >= 64 ? .max : size - min(size, unused)
        let band = BandedOffsets.staticCount(size: size, share: 16, atMost: 256)
        offsets = BandedOffsets(
            capacity: capacity, staticCount: purpose == .clusterIPs ? band : 0)
    }

    /// Takes this very address, in whichever band it lies.
    package mutating func allocate(_ address: IPAddress) throws(AllocationError) {
        guard prefix.contains(address) else { throw .addressOutsideRanges }
        guard let offset = offset(of: address) else {
            throw .addressNotUsable(address, range: prefix)
        }
        guard offsets.take(offset) else { throw .addressTaken }
    }

    /// Takes a free address: a random one of the dynamic band or what follows it, else one of the static band.
    package mutating func allocateNext(
        using rng: inout some RandomNumberGenerator
    ) throws(AllocationError) -> IPAddress {
        guard let offset = offsets.takeNext(using: &rng),
            let address = firstUsable.advanced(by: offset)
        else { throw .rangeIsFull }
        return address
    }

    /// Gives an address back; false if it was not given out.
    @discardableResult
    package mutating func release(_ address: IPAddress) -> Bool {
        guard let offset = offset(of: address) else { return false }
        return offsets.free(offset)
    }

    /// Whether the address can be given out at all.
    package func isUsable(_ address: IPAddress) -> Bool { offset(of: address) != nil }

    /// Whether the address is given out.
    package func contains(_ address: IPAddress) -> Bool {
        offset(of: address).map(offsets.contains) ?? false
    }

    /// How many addresses can be given out at all.
    package var capacity: UInt64 { offsets.capacity }
    package var allocatedCount: Int { offsets.takenCount }
    package var freeCount: UInt64 { offsets.freeCount }

    /// The first and last address that are given out last; nil where there is no static band.
    package var staticBand: ClosedRange<IPAddress>? { band(0..<offsets.staticCount) }
    /// The addresses that are given out first; nil where nothing is usable.
    package var dynamicBand: ClosedRange<IPAddress>? {
        band(offsets.staticCount..<offsets.capacity)
    }

    private func band(_ range: Range<UInt64>) -> ClosedRange<IPAddress>? {
        guard !range.isEmpty, let first = firstUsable.advanced(by: range.lowerBound),
            let last = firstUsable.advanced(by: range.upperBound - 1)
        else { return nil }
        return first...last
    }

    private func offset(of address: IPAddress) -> UInt64? {
        guard prefix.contains(address), let offset = address.distance(from: firstUsable),
            offset < offsets.capacity
        else { return nil }
        return offset
    }
}
