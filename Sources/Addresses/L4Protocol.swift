/// A transport protocol of a ServicePort; the raw value is the Kubernetes API's spelling.
package enum L4Protocol: String, Hashable, Sendable, CaseIterable, Comparable,
    CustomStringConvertible
{
    case tcp = "TCP"
    case udp = "UDP"
    case sctp = "SCTP"

    /// The IANA protocol number, as in the IP header.
    package var number: UInt8 {
        switch self {
        case .tcp: 6
        case .udp: 17
        case .sctp: 132
        }
    }

    package var description: String { rawValue }

    package static func < (a: L4Protocol, b: L4Protocol) -> Bool { a.number < b.number }
}
