import Addresses

extension DNS.Message {
    /// Reads a message; bytes behind the last record are ignored.
    package init(parsing bytes: [UInt8]) throws(DNS.ParseError) {
        var reader = ByteReader(bytes)
        let header = try dnsRead { () throws(ByteReader.EndOfBytes) in
            try Header(parsing: &reader)
        }
        self.init(id: header.id, flags: header.flags)
        for _ in 0..<header.questions { questions.append(try DNS.Question(parsing: &reader)) }
        for _ in 0..<header.answers { answers.append(try DNS.Record(parsing: &reader)) }
        for _ in 0..<header.authority { authority.append(try DNS.Record(parsing: &reader)) }
        for _ in 0..<header.additional { try parseAdditional(&reader) }
    }

    private struct Header {
        let id, flags, questions, answers, authority, additional: UInt16

        init(parsing reader: inout ByteReader) throws(ByteReader.EndOfBytes) {
            id = try reader.readBig()
            flags = try reader.readBig()
            questions = try reader.readBig()
            answers = try reader.readBig()
            authority = try reader.readBig()
            additional = try reader.readBig()
        }
    }

    private mutating func parseAdditional(_ reader: inout ByteReader) throws(DNS.ParseError) {
        let offset = reader.offset
        let record = try DNS.Record(parsing: &reader)
        guard case .opaque(.opt, let options) = record.data else {
            additional.append(record)
            return
        }
        guard edns == nil, record.name.isRoot else { throw .badOption(offset: offset) }
        edns = DNS.EDNS(
            payload: record.class.rawValue, version: UInt8(record.ttl >> 16 & 0xFF),
            wantsDNSSEC: record.ttl & 0x8000 != 0, options: options)
        let high = UInt16(record.ttl >> 24)
        responseCode = DNS.ResponseCode(rawValue: high << 4 | responseCode.rawValue)
    }
}

extension DNS.Question {
    init(parsing reader: inout ByteReader) throws(DNS.ParseError) {
        name = try DNS.Name(parsing: &reader)
        (type, `class`) = try dnsRead { () throws(ByteReader.EndOfBytes) in
            (
                DNS.RecordType(rawValue: try reader.readBig()),
                DNS.RecordClass(rawValue: try reader.readBig())
            )
        }
    }
}

extension DNS.Record {
    init(parsing reader: inout ByteReader) throws(DNS.ParseError) {
        name = try DNS.Name(parsing: &reader)
        let type: DNS.RecordType
        var data: ByteReader
        (type, `class`, ttl, data) = try dnsRead { () throws(ByteReader.EndOfBytes) in
            let type = DNS.RecordType(rawValue: try reader.readBig())
            let recordClass = DNS.RecordClass(rawValue: try reader.readBig())
            let ttl: UInt32 = try reader.readBig()
            let length: UInt16 = try reader.readBig()
            return (type, recordClass, ttl, try reader.readPart(Int(length)))
        }
        self.data = try DNS.RecordData(type, parsing: &data)
        guard data.isAtEnd else { throw .wrongDataLength(type, offset: data.offset) }
    }
}

extension DNS.RecordData {
    /// Reads a record's data; the reader spans exactly the data, and names may point before it.
    init(_ type: DNS.RecordType, parsing reader: inout ByteReader) throws(DNS.ParseError) {
        switch type {
        case .a, .aaaa:
            let offset = reader.offset
            let bytes = reader.readRemaining()
            guard bytes.count == (type == .a ? 4 : 16), let address = IPAddress(networkBytes: bytes)
            else { throw .wrongDataLength(type, offset: offset) }
            self = .address(address)
        case .cname: self = .cname(try DNS.Name(parsing: &reader))
        case .ns: self = .ns(try DNS.Name(parsing: &reader))
        case .ptr: self = .ptr(try DNS.Name(parsing: &reader))
        case .soa: self = .soa(try DNS.StartOfAuthority(parsing: &reader))
        case .srv: self = .srv(try DNS.ServiceLocation(parsing: &reader))
        case .txt: self = .txt(try Self.strings(&reader))
        default: self = .opaque(type, try Self.expanded(type, &reader))
        }
    }

    private static func strings(_ reader: inout ByteReader) throws(DNS.ParseError) -> [[UInt8]] {
        var strings: [[UInt8]] = []
        while !reader.isAtEnd { strings.append(try string(&reader)) }
        return strings
    }

    private static func string(_ reader: inout ByteReader) throws(DNS.ParseError) -> [UInt8] {
        try dnsRead { () throws(ByteReader.EndOfBytes) in
            let length = try reader.readUInt8()
            return Array(try reader.readBytes(Int(length)))
        }
    }

    /// A part of the data of a type that is not modelled but may hold compressed names (RFC 3597 4).
    private enum Field {
        case bytes(Int)
        case string
        case name
    }

    private static let layouts: [UInt16: [Field]] = [
        3: [.name], 4: [.name], 7: [.name], 8: [.name], 9: [.name],  // MD MF MB MG MR
        14: [.name, .name],  // MINFO
        15: [.bytes(2), .name],  // MX
        17: [.name, .name],  // RP
        18: [.bytes(2), .name],  // AFSDB
        21: [.bytes(2), .name],  // RT
        26: [.bytes(2), .name, .name],  // PX
        35: [.bytes(4), .string, .string, .string, .name],  // NAPTR
        36: [.bytes(2), .name],  // KX
        39: [.name],  // DNAME
    ]

    /// The data with compressed names written out.
    private static func expanded(
        _ type: DNS.RecordType, _ reader: inout ByteReader
    ) throws(DNS.ParseError) -> [UInt8] {
        guard let layout = layouts[type.rawValue] else { return Array(reader.readRemaining()) }
        var bytes: [UInt8] = []
        for field in layout {
            switch field {
            case .bytes(let count):
                bytes += try dnsRead { () throws(ByteReader.EndOfBytes) in
                    try reader.readBytes(count)
                }
            case .string:
                let string = try string(&reader)
                bytes.append(UInt8(string.count))
                bytes += string
            case .name: bytes += try DNS.Name(parsing: &reader).wire
            }
        }
        return bytes
    }
}

extension DNS.StartOfAuthority {
    init(parsing reader: inout ByteReader) throws(DNS.ParseError) {
        primary = try DNS.Name(parsing: &reader)
        mailbox = try DNS.Name(parsing: &reader)
        (serial, refresh, retry, expire, minimum) = try dnsRead {
            () throws(ByteReader.EndOfBytes) in
            (
                try reader.readBig(), try reader.readBig(), try reader.readBig(),
                try reader.readBig(), try reader.readBig()
            )
        }
    }
}

extension DNS.ServiceLocation {
    init(parsing reader: inout ByteReader) throws(DNS.ParseError) {
        (priority, weight, port) = try dnsRead { () throws(ByteReader.EndOfBytes) in
            (try reader.readBig(), try reader.readBig(), try reader.readBig())
        }
        target = try DNS.Name(parsing: &reader)
    }
}
