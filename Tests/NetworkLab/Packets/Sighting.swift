import Addresses
import Wire

/// A packet that was seen somewhere in the lab, as far as it has to do with a `FirstPacket`.
enum Sighting: Equatable {
    /// The first packet itself, with the addresses that it has now.
    case first(FirstPacket)
    /// A TCP reset that answers the first packet of that mark.
    case reset(mark: UInt32)
    /// An ICMP error about the first packet of that mark.
    case unreachable(mark: UInt32, ICMPError)

    /// Reads an IP packet; nil if it is about something else.
    init?(packet: [UInt8]) {
        var reader = ByteReader(packet)
        guard let header = IPHeader(parsing: &reader) else { return nil }
        self.init(header, Array(reader.readRemaining()))
    }

    /// Reads what follows a header.
    init?(_ header: IPHeader, _ payload: [UInt8]) {
        var reader = ByteReader(payload)
        if [ICMPError.protocolIPv4, ICMPError.protocolIPv6].contains(header.protocol) {
            guard let (error, mark) = ICMPError.parse(&reader) else { return nil }
            self = .unreachable(mark: mark, error)
        } else if header.protocol == L4Protocol.tcp.number, let reset = TCPReset(payload) {
            self = .reset(mark: reset.acknowledged &- 1)
        } else {
            guard let first = FirstPacket(header, &reader) else { return nil }
            self = .first(first)
        }
    }
}

/// An ICMP or ICMPv6 error.
struct ICMPError: Equatable, Hashable, CustomStringConvertible {
    static let protocolIPv4: UInt8 = 1
    static let protocolIPv6: UInt8 = 58

    var family: IPFamily
    var type: UInt8
    var code: UInt8

    /// RFC 792: type 3, code 3; RFC 4443: type 1, code 4.
    var isPortUnreachable: Bool {
        family == .ipv4 ? type == 3 && code == 3 : type == 1 && code == 4
    }

    /// `ICMP 3/3`, `ICMPv6 1/4`.
    var description: String { "ICMP\(family == .ipv4 ? "" : "v6") \(type)/\(code)" }

    /// Reads an error and the mark of the packet that it quotes.
    fileprivate static func parse(_ reader: inout ByteReader) -> (ICMPError, mark: UInt32)? {
        guard let type = try? reader.readUInt8(), let code = try? reader.readUInt8(),
            (try? reader.skip(6)) != nil, let quoted = IPHeader(parsing: &reader),
            let first = FirstPacket(quoted, &reader)
        else { return nil }
        let error = ICMPError(family: quoted.source.family, type: type, code: code)
        return (error, first.mark)
    }
}

/// A TCP segment with RST and ACK.
private struct TCPReset {
    let acknowledged: UInt32

    init?(_ segment: [UInt8]) {
        var reader = ByteReader(segment)
        guard (try? reader.skip(8)) != nil, let acknowledged: UInt32 = try? reader.readBig(),
            (try? reader.skip(1)) != nil, let flags = try? reader.readUInt8(),
            flags & TCPFlags.reset != 0, flags & TCPFlags.acknowledge != 0
        else { return nil }
        self.acknowledged = acknowledged
    }
}

extension FirstPacket {
    /// Reads what follows a header; the quotation in an ICMP error may be cut off behind the mark.
    fileprivate init?(_ header: IPHeader, _ reader: inout ByteReader) {
        guard let `protocol` = L4Protocol.allCases.first(where: { $0.number == header.protocol }),
            let sourcePort: Port = try? reader.readBig(), let port: Port = try? reader.readBig(),
            (try? reader.skip(`protocol`.bytesBeforeMark)) != nil,
            let mark: UInt32 = try? reader.readBig(), mark != 0
        else { return nil }
        self.init(
            from: IPSocketAddress(header.source, sourcePort),
            to: IPSocketAddress(header.destination, port), `protocol`, mark: mark)
    }
}

extension L4Protocol {
    /// Between the ports and the mark.
    fileprivate var bytesBeforeMark: Int {
        switch self {
        case .tcp: 0
        case .udp: 4
        case .sctp: 12
        }
    }
}
