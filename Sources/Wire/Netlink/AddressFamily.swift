package import Addresses

extension IPFamily {
    /// AF_INET or AF_INET6, Linux's numbers.
    package var addressFamily: UInt8 { self == .ipv4 ? 2 : 10 }

    package init?(addressFamily: UInt8) {
        switch addressFamily {
        case 2: self = .ipv4
        case 10: self = .ipv6
        default: return nil
        }
    }
}
