extension NFTables.Expression {
    /// Reads NFTA_LIST_ELEM. What Pointsman never writes becomes `.other`.
    init(parsing element: NetlinkAttribute) throws(NetlinkParseError) {
        var name = ""
        var fields = Fields()
        var reader = element.payload
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: name = attribute.string()
            case 2: fields = try Fields(parsing: attribute.payload)
            default: break
            }
        }
        self = try Self.read(name, fields) ?? .other(name: name)
    }

    private static func read(
        _ name: String, _ fields: Fields
    ) throws(NetlinkParseError) -> NFTables.Expression? {
        switch name {
        case "payload": try payload(fields)
        case "meta": try meta(fields)
        case "ct": try conntrack(fields)
        case "cmp": try compare(fields)
        case "bitwise": try bitwise(fields)
        case "lookup": try lookup(fields)
        case "dynset": try update(fields)
        case "immediate": try immediate(fields)
        case "nat": try nat(fields)
        case "masq": .masquerade(flags: try fields.number(1) ?? 0)
        case "reject": try reject(fields)
        case "numgen": try numberGenerator(fields)
        case "hash": try hash(fields)
        case "fib": try fib(fields)
        default: nil
        }
    }

    private static func payload(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let register = try fields.register(1),
            let base = try fields.number(2).flatMap(NFTables.PayloadBase.init),
            let offset = try fields.number(3), let length = try fields.number(4)
        else { return nil }
        return .payload(base, offset: offset, length: length, register)
    }

    private static func meta(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let key = try fields.number(2).flatMap(NFTables.MetaKey.init) else { return nil }
        if let register = try fields.register(1) { return .meta(key, register) }
        return try fields.register(3).map { .setMeta(key, $0) }
    }

    private static func conntrack(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let key = try fields.number(2).flatMap(NFTables.ConntrackKey.init),
            let register = try fields.register(1)
        else { return nil }
        let direction = try fields[3]?.uint8()
        return .conntrack(key, ofOriginal: direction.map { $0 == 0 }, register)
    }

    private static func compare(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let register = try fields.register(1), let operation = try fields.number(2),
            operation < 2, let bytes = try fields.value(3)
        else { return nil }
        return .compare(register, isEqual: operation == 0, bytes)
    }

    private static func bitwise(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        // NFTA_BITWISE_OP: 0 is mask and xor.
        guard try fields.number(6) ?? 0 == 0, let source = try fields.register(1),
            let destination = try fields.register(2), let mask = try fields.value(4),
            let xor = try fields.value(5)
        else { return nil }
        return .bitwise(source, destination, mask: mask, xor: xor)
    }

    private static func lookup(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let set = fields[1]?.string(), let key = try fields.register(2) else { return nil }
        let data = try fields.number(3)
        // Register 0 is the verdict: a verdict map.
        if data == 0 { return .verdictLookup(set: set, key: key) }
        return .lookup(
            set: set, key: key, data: data.flatMap(NFTables.Register.init),
            isInverted: try fields.number(5) ?? 0 != 0)
    }

    private static func update(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let set = fields[1]?.string(), try fields.number(3) == 1,
            let key = try fields.register(4)
        else { return nil }
        return .update(
            set: set, key: key, data: try fields.register(5),
            timeout: try fields[6]?.bigUInt64() ?? 0)
    }

    private static func immediate(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        if try fields.number(1) == 0 { return try fields.verdict(2).map { .verdict($0) } }
        guard let register = try fields.register(1), let bytes = try fields.value(2) else {
            return nil
        }
        return .immediate(register, bytes)
    }

    /// The kernel's flags (NF_NAT_RANGE_MAP_IPS, …_PROTO_SPECIFIED) follow from the registers.
    private static func nat(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard try fields.number(1) == 1, let family = try fields.number(2),
            let address = try fields.register(3), let port = try fields.register(5),
            try (fields.number(7) ?? 0) & ~3 == 0
        else { return nil }
        return .destinationNAT(
            family: UInt8(truncatingIfNeeded: family), address: address, port: port)
    }

    private static func reject(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let type = try fields.number(1) else { return nil }
        return .reject(type: type, code: try fields[2]?.uint8() ?? 0)
    }

    private static func numberGenerator(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let register = try fields.register(1), let modulus = try fields.number(2),
            let type = try fields.number(3), type < 2, try fields.number(4) ?? 0 == 0
        else { return nil }
        return .numberGenerator(isRandom: type == 1, modulus: modulus, register)
    }

    private static func hash(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let source = try fields.register(1), let destination = try fields.register(2),
            let length = try fields.number(3), let modulus = try fields.number(4),
            try fields.number(6) ?? 0 == 0, try fields.number(7) ?? 0 == 0
        else { return nil }
        return .jhash(
            source, length: length, modulus: modulus, seed: try fields.number(5) ?? 0, destination)
    }

    private static func fib(_ fields: Fields) throws(NetlinkParseError) -> Self? {
        guard let register = try fields.register(1), try fields.number(2) == 3,
            try fields.number(3) == 1
        else { return nil }
        return .sourceAddressType(register)
    }
}

/// The attributes of one expression.
private struct Fields {
    private var attributes: [UInt16: NetlinkAttribute] = [:]

    init() {}

    init(parsing payload: ByteReader) throws(NetlinkParseError) {
        var reader = payload
        while let attribute = try reader.readAttribute() { attributes[attribute.type] = attribute }
    }

    subscript(_ type: UInt16) -> NetlinkAttribute? { attributes[type] }

    func number(_ type: UInt16) throws(NetlinkParseError) -> UInt32? {
        guard let attribute = attributes[type] else { return nil }
        return try attribute.bigUInt32()
    }

    func register(_ type: UInt16) throws(NetlinkParseError) -> NFTables.Register? {
        try number(type).flatMap(NFTables.Register.init)
    }

    func value(_ type: UInt16) throws(NetlinkParseError) -> [UInt8]? {
        try attributes[type]?.nfTablesData().value
    }

    func verdict(_ type: UInt16) throws(NetlinkParseError) -> NFTables.Verdict? {
        try attributes[type]?.nfTablesData().verdict
    }
}

extension NetlinkAttribute {
    /// NFTA_DATA_VALUE or NFTA_DATA_VERDICT.
    func nfTablesData() throws(NetlinkParseError) -> (value: [UInt8]?, verdict: NFTables.Verdict?) {
        var reader = payload
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: return (attribute.bytes(), nil)
            case 2: return (nil, try attribute.nfTablesVerdict())
            default: break
            }
        }
        return (nil, nil)
    }

    private func nfTablesVerdict() throws(NetlinkParseError) -> NFTables.Verdict? {
        var code: Int32?
        var chain: String?
        var reader = payload
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: code = Int32(bitPattern: try attribute.bigUInt32())
            case 2: chain = attribute.string()
            default: break
            }
        }
        return code.flatMap { NFTables.Verdict(code: $0, chain: chain) }
    }
}
