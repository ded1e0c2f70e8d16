/// An IPv4 or IPv6 address, without zone or port.
///
/// Held as one 128-bit number; an IPv4 address uses the low 32 bits. Ordered by family, then by number.
package struct IPAddress: Hashable, Sendable, Comparable {
    /// The upper 64 bits; 0 for IPv4.
    package let high: UInt64
    /// The lower 64 bits.
    package let low: UInt64
    /// Last: what follows an address in a larger value then takes the bytes behind it.
    package let family: IPFamily

    package init(ipv4: UInt32) {
        family = .ipv4
        high = 0
        low = UInt64(ipv4)
    }

    package init(ipv6 high: UInt64, _ low: UInt64) {
        family = .ipv6
        self.high = high
        self.low = low
    }

    /// Reads 4 or 16 bytes in network order; nil for any other count.
    package init?(networkBytes bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4:
            self.init(ipv4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            var high: UInt64 = 0
            var low: UInt64 = 0
            for (index, byte) in bytes.enumerated() {
                if index < 8 {
                    high = high << 8 | UInt64(byte)
                } else {
                    low = low << 8 | UInt64(byte)
                }
            }
            self.init(ipv6: high, low)
        default: return nil
        }
    }

    /// The address as 4 or 16 bytes in network order.
    package var networkBytes: [UInt8] {
        if family == .ipv4 {
            return (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) }
        }
        return (0..<16).map {
            $0 < 8
                ? UInt8(truncatingIfNeeded: high >> (56 - 8 * $0))
                : UInt8(truncatingIfNeeded: low >> (120 - 8 * $0))
        }
    }

    package static func < (a: IPAddress, b: IPAddress) -> Bool {
        (a.family, a.high, a.low) < (b.family, b.high, b.low)
    }
}

extension IPAddress {
    package var isUnspecified: Bool { high == 0 && low == 0 }

    /// 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1
    }

    /// 169.254.0.0/16 or fe80::/10.
    package var isLinkLocalUnicast: Bool {
        family == .ipv4 ? low >> 16 == 0xA9FE : high >> 54 == 0x3FA
    }

    /// 224.0.0.0/4 or ff00::/8.
    package var isMulticast: Bool {
        family == .ipv4 ? low >> 28 == 0xE : high >> 56 == 0xFF
    }

    /// 224.0.0.0/24 or ff02::/16.
    package var isLinkLocalMulticast: Bool {
        family == .ipv4 ? low >> 8 == 0xE00000 : high >> 48 == 0xFF02
    }

    /// True for `::ffff:a.b.c.d`.
    package var isIPv4Mapped: Bool { family == .ipv6 && high == 0 && low >> 32 == 0xFFFF }

    /// The address `offset` further on; nil past the end of the family's range.
    package func advanced(by offset: UInt64) -> IPAddress? {
        let (sum, carry) = low.addingReportingOverflow(offset)
        if family == .ipv4 {
            return carry || sum > UInt64(UInt32.max) ? nil : IPAddress(ipv4: UInt32(sum))
        }
        let (top, overflow) = high.addingReportingOverflow(carry ? 1 : 0)
        return overflow ? nil : IPAddress(ipv6: top, sum)
    }

    /// How far this address lies behind `start`; nil if it lies before it, is of the other family or
    /// further than 2^64 - 1.
    package func distance(from start: IPAddress) -> UInt64? {
        guard family == start.family, start <= self else { return nil }
        let (difference, borrow) = low.subtractingReportingOverflow(start.low)
        let top = high - start.high - (borrow ? 1 : 0)
        return top == 0 ? difference : nil
    }
}
