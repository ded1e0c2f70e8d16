/// The domain name system's messages: RFC 1035, with SRV (RFC 2782), AAAA (RFC 3596) and EDNS0 (RFC 6891).
package enum DNS {
    /// The port of the protocol, UDP and TCP.
    package static let port: UInt16 = 53
    /// What every UDP receiver takes without EDNS0 (RFC 1035 4.2.1).
    package static let minimumPayload = 512
    /// The longest message: TCP's length prefix has 16 bits.
    package static let maximumMessage = 65_535
    package static let headerLength = 12
}

extension DNS {
    /// A record's or a question's TYPE.
    package struct RecordType: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let a = RecordType(rawValue: 1)
        package static let ns = RecordType(rawValue: 2)
        package static let cname = RecordType(rawValue: 5)
        package static let soa = RecordType(rawValue: 6)
        package static let ptr = RecordType(rawValue: 12)
        package static let hinfo = RecordType(rawValue: 13)
        package static let mx = RecordType(rawValue: 15)
        package static let txt = RecordType(rawValue: 16)
        package static let aaaa = RecordType(rawValue: 28)
        package static let srv = RecordType(rawValue: 33)
        package static let opt = RecordType(rawValue: 41)
        package static let ixfr = RecordType(rawValue: 251)
        package static let axfr = RecordType(rawValue: 252)
        package static let any = RecordType(rawValue: 255)
    }

    /// A record's or a question's CLASS.
    package struct RecordClass: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let internet = RecordClass(rawValue: 1)
        package static let chaos = RecordClass(rawValue: 3)
        package static let any = RecordClass(rawValue: 255)
    }

    /// What is asked for: 4 bits.
    package struct Opcode: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue & 0xF }

        package static let query = Opcode(rawValue: 0)
        package static let notify = Opcode(rawValue: 4)
        package static let update = Opcode(rawValue: 5)
    }

    /// How it went: 12 bits, of which the upper 8 travel in the OPT record.
    package struct ResponseCode: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

        package static let noError = ResponseCode(rawValue: 0)
        package static let formatError = ResponseCode(rawValue: 1)
        package static let serverFailure = ResponseCode(rawValue: 2)
        package static let nxdomain = ResponseCode(rawValue: 3)
        package static let notImplemented = ResponseCode(rawValue: 4)
        package static let refused = ResponseCode(rawValue: 5)
        /// An EDNS version that is not known (RFC 6891 6.1.3).
        package static let badVersion = ResponseCode(rawValue: 16)
    }
}

extension DNS.RecordType: CustomStringConvertible {
    private static let names: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT",
        28: "AAAA", 33: "SRV", 41: "OPT", 251: "IXFR", 252: "AXFR", 255: "ANY",
    ]

    /// `AAAA`, or `TYPE65` (RFC 3597) where it has no name here.
    package var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }

    /// Reads what `description` writes.
    package init?(_ text: String) {
        if let known = Self.names.first(where: { $0.value == text }) {
            self.init(rawValue: known.key)
        } else if text.hasPrefix("TYPE"), let number = UInt16(text.dropFirst(4)) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension DNS.RecordClass: CustomStringConvertible {
    package var description: String {
        switch self {
        case .internet: "IN"
        case .chaos: "CH"
        case .any: "ANY"
        default: "CLASS\(rawValue)"
        }
    }
}

extension DNS.ResponseCode: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noError: "NOERROR"
        case .formatError: "FORMERR"
        case .serverFailure: "SERVFAIL"
        case .nxdomain: "NXDOMAIN"
        case .notImplemented: "NOTIMP"
        case .refused: "REFUSED"
        case .badVersion: "BADVERS"
        default: "RCODE\(rawValue)"
        }
    }
}
