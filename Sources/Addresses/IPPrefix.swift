/// A network: the masked address and the length of the prefix in bits, as in `10.96.0.0/12`.
package struct IPPrefix: Hashable, Sendable, Comparable {
    /// The network address; the host bits are zero.
    package let network: IPAddress
    /// 0...32 or 0...128.
    package let length: Int

    package var family: IPFamily { network.family }

    /// The prefix of `length` bits that `address` lies in.
    package init(_ address: IPAddress, length: Int) {
        precondition((0...address.family.bits).contains(length))
        self.length = length
        if address.family == .ipv4 {
            let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
            network = IPAddress(ipv4: UInt32(address.low) & mask)
        } else {
            let high = length == 0 ? 0 : UInt64.max << UInt64(max(0, 64 - length))
            let low = length <= 64 ? 0 : UInt64.max << UInt64(128 - length)
            network = IPAddress(ipv6: address.high & high, address.low & low)
        }
    }

    /// The prefix that holds this address alone: a /32 or a /128.
    package init(host address: IPAddress) {
        self.init(address, length: address.family.bits)
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == family && IPPrefix(address, length: length).network == network
    }

    package func overlaps(_ other: IPPrefix) -> Bool {
        contains(other.network) || other.contains(network)
    }

    /// The number of addresses, network and broadcast address included; `UInt64.max` when it is 2^64 or more.
    package var addressCount: UInt64 {
        let hostBits = family.bits - length
        return hostBits >= 64 ? .max : 1 << UInt64(hostBits)
    }

    /// The highest address: all host bits are set.
    package var last: IPAddress {
        let hostBits = family.bits - length
        if family == .ipv4 {
            let mask = hostBits == 0 ? 0 : UInt32.max >> UInt32(32 - hostBits)
            return IPAddress(ipv4: UInt32(truncatingIfNeeded: network.low) | mask)
        }
        let low: UInt64 =
            hostBits == 0 ? 0 : hostBits >= 64 ? .max : .max >> UInt64(64 - hostBits)
        let high: UInt64 = hostBits <= 64 ? 0 : .max >> UInt64(128 - hostBits)
        return IPAddress(ipv6: network.high | high, network.low | low)
    }

    package static func < (a: IPPrefix, b: IPPrefix) -> Bool {
        (a.network, a.length) < (b.network, b.length)
    }
}

extension IPPrefix: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `address/length` strictly: no leading zeros in the length; host bits may be set and are masked.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])),
            let length = Int(parts[1]), String(length) == parts[1],
            (0...address.family.bits).contains(length)
        else { return nil }
        self.init(address, length: length)
    }

    package var description: String { "\(network)/\(length)" }
}
