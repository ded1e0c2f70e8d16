import Addresses

/// The ones' complement sum of the Internet protocols (RFC 1071).
struct InternetChecksum {
    private var sum: UInt64 = 0

    /// Adds bytes in network order; an odd number is filled up with a zero.
    mutating func add(_ bytes: some Collection<UInt8>) {
        var isHigh = true
        for byte in bytes {
            sum += isHigh ? UInt64(byte) << 8 : UInt64(byte)
            isHigh.toggle()
        }
    }

    /// Adds the pseudo header of TCP, UDP and ICMPv6 (RFC 9293 3.1, RFC 8200 8.1).
    mutating func addPseudoHeader(
        from source: IPAddress, to destination: IPAddress, protocol: UInt8, length: Int
    ) {
        add(source.networkBytes)
        add(destination.networkBytes)
        sum += UInt64(`protocol`) + UInt64(length)
    }

    var value: UInt16 {
        var sum = sum
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }
}

/// The checksum of SCTP (RFC 9260 appendix A), bit by bit.
enum CRC32C {
    static func value(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder = ~UInt32(0)
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0x82F6_3B78 : 0)
            }
        }
        return ~remainder
    }
}
