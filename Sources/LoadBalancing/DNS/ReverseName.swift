package import Addresses
package import Wire

/// Names below in-addr.arpa (RFC 1035 3.5) and ip6.arpa (RFC 3596 2.5): an address backwards, a label for each byte or
/// hexadecimal digit.
package enum ReverseName: Equatable, Sendable {
    case address(IPAddress)
    /// So few labels that names of addresses lie below.
    case partial
    /// Below one of the two domains, but no part of an address.
    case malformed

    static let ipv4Apex = DNS.Name("in-addr.arpa")!
    static let ipv6Apex = DNS.Name("ip6.arpa")!

    /// Reads a name; nil outside both domains.
    package init?(_ name: DNS.Name) {
        if let parts = name.split(at: Self.ipv4Apex) {
            self = Self.read(parts.prefix, count: 4) { label in
                let text = String(decoding: label, as: UTF8.self)
                return UInt8(text).flatMap { String($0) == text ? $0 : nil }
            }
        } else if let parts = name.split(at: Self.ipv6Apex) {
            self = Self.read(parts.prefix, count: 32) { label in
                label.count == 1 ? UInt8(String(decoding: label, as: UTF8.self), radix: 16) : nil
            }
        } else {
            return nil
        }
    }

    private static func read(
        _ prefix: DNS.Name, count: Int, _ digit: (ArraySlice<UInt8>) -> UInt8?
    ) -> ReverseName {
        let labels = prefix.labels
        let digits = labels.compactMap(digit)
        guard labels.count <= count, digits.count == labels.count else { return .malformed }
        guard digits.count == count else { return .partial }
        let ordered = Array(digits.reversed())
        let bytes =
            count == 4
            ? ordered : stride(from: 0, to: 32, by: 2).map { ordered[$0] << 4 | ordered[$0 + 1] }
        return IPAddress(networkBytes: bytes).map(ReverseName.address) ?? .malformed
    }

    /// The zones that cover a prefix: one where its length falls on a label's border, else as many as it takes to fill
    /// the prefix up to the next border (10.96.0.0/12 has 16 zones, 96.10.in-addr.arpa and on).
    package static func zones(covering prefix: IPPrefix) -> [DNS.Name] {
        let bits = prefix.family == .ipv4 ? 8 : 4
        let count = (prefix.length + bits - 1) / bits
        let apex = prefix.family == .ipv4 ? ipv4Apex : ipv6Apex
        guard count > 0 else { return [apex] }
        var digits = prefix.network.networkBytes
        if bits == 4 { digits = digits.flatMap { [$0 >> 4, $0 & 15] } }
        let spread = 1 << (count * bits - prefix.length)
        return (0..<spread).compactMap { step in
            var own = Array(digits[..<count])
            own[count - 1] += UInt8(step)
            let labels = own.reversed().map {
                Array(String($0, radix: bits == 4 ? 16 : 10).utf8)
            }
            return DNS.Name(labels: labels)?.appending(apex)
        }
    }
}
