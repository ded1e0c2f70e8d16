/// IPv4 or IPv6. The raw value is the IP version number.
package enum IPFamily: UInt8, Hashable, Sendable, CaseIterable, Comparable, CustomStringConvertible
{
    case ipv4 = 4
    case ipv6 = 6

    /// The width of an address of this family, in bits.
    package var bits: Int { self == .ipv4 ? 32 : 128 }

    /// `IPv4` or `IPv6`, as the Kubernetes API spells it (`spec.ipFamilies`).
    package var description: String { self == .ipv4 ? "IPv4" : "IPv6" }

    /// Reads the Kubernetes API's spelling.
    package init?(_ text: String) {
        switch text {
        case "IPv4": self = .ipv4
        case "IPv6": self = .ipv6
        default: return nil
        }
    }

    package static func < (a: IPFamily, b: IPFamily) -> Bool { a.rawValue < b.rawValue }
}
