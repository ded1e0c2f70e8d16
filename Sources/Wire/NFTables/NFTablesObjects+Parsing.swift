extension NFTables {
    /// What a message of this subsystem holds: of dumps, notifications and batches.
    package enum Content: Equatable, Sendable {
        case table(Table)
        case chain(table: String, Chain)
        case rule(table: String, Rule, handle: UInt64)
        case set(table: String, SetRecord)
        case elements(table: String, set: String, [Element])
        case generation(UInt32, processID: UInt32, name: String)
    }

    /// A set as the kernel lists it: numbers and lengths instead of types.
    package struct SetRecord: Equatable, Sendable {
        package var name = ""
        package var flags: SetFlags = []
        package var keyType: UInt32 = 0
        package var keyLength: UInt32 = 0
        package var dataType: UInt32?
        package var dataLength: UInt32?
        package var size: UInt32?
        package var userData: [UInt8] = []

        package init() {}

        /// Whether it is what `set` asks for, whatever its size.
        package func matches(_ set: Set) -> Bool {
            name == set.name && flags == set.flags && keyType == set.key.number
                && keyLength == set.key.length && dataType == set.data?.number
                && (set.data == nil || set.data?.parts == [.verdict]
                    || dataLength == set.data?.length)
                && userData == set.userData
        }
    }

    /// Reads a message; nil for those that say nothing of interest.
    package static func content(
        of message: NetlinkMessage
    ) throws(NetlinkParseError) -> (family: UInt8, content: Content)? {
        guard let (_, subject) = meaning(of: message.type) else { return nil }
        var reader = ByteReader(message.payload)
        let header = try NetfilterHeader(parsing: &reader)
        let content: Content? =
            switch subject {
            case .table: try table(reader)
            case .chain: try chain(reader)
            case .rule: try rule(reader)
            case .set: try set(reader)
            case .element: try elements(reader)
            case .generation: try generation(reader)
            }
        return content.map { (header.family, $0) }
    }

    private static func table(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var table: Table?
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: table = Table(name: attribute.string())
            case 2: table?.isDormant = try attribute.bigUInt32() & 1 != 0
            case 6:
                let bytes = attribute.bytes()
                guard bytes.count > 2, bytes[0] == 0 else { continue }
                table?.comment = String(decoding: bytes[2...].prefix { $0 != 0 }, as: UTF8.self)
            default: break
            }
        }
        return table.map { .table($0) }
    }

    private static func chain(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var table = ""
        var chain = Chain("")
        var type = ""
        var policy = Verdict.accept
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: table = attribute.string()
            case 3: chain.name = attribute.string()
            case 4: chain.hook = try hook(attribute)
            case 5: policy = try attribute.bigUInt32() == 0 ? .drop : .accept
            case 7: type = attribute.string()
            default: break
            }
        }
        chain.hook?.type = type
        chain.hook?.policy = policy
        return chain.name.isEmpty ? nil : .chain(table: table, chain)
    }

    private static func hook(_ part: NetlinkAttribute) throws(NetlinkParseError) -> Hook? {
        var reader = part.payload
        var point: Hook.Point?
        var priority: Int32 = 0
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: point = Hook.Point(rawValue: try attribute.bigUInt32())
            case 2: priority = Int32(bitPattern: try attribute.bigUInt32())
            default: break
            }
        }
        return point.map { Hook($0, priority: priority, type: "") }
    }

    private static func rule(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var table = ""
        var handle: UInt64 = 0
        var rule = Rule("", [])
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: table = attribute.string()
            case 2: rule.chain = attribute.string()
            case 3: handle = try attribute.bigUInt64()
            case 4:
                var list = attribute.payload
                while let expression = try list.readAttribute() {
                    rule.expressions.append(try Expression(parsing: expression))
                }
            default: break
            }
        }
        return .rule(table: table, rule, handle: handle)
    }

    private static func set(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var table = ""
        var set = SetRecord()
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: table = attribute.string()
            case 2: set.name = attribute.string()
            case 3: set.flags = SetFlags(rawValue: try attribute.bigUInt32())
            case 4: set.keyType = try attribute.bigUInt32()
            case 5: set.keyLength = try attribute.bigUInt32()
            case 6: set.dataType = try attribute.bigUInt32()
            case 7: set.dataLength = try attribute.bigUInt32()
            case 9: set.size = try size(attribute)
            case 13: set.userData = attribute.bytes()
            default: break
            }
        }
        return set.name.isEmpty ? nil : .set(table: table, set)
    }

    private static func size(_ part: NetlinkAttribute) throws(NetlinkParseError) -> UInt32? {
        var reader = part.payload
        while let attribute = try reader.readAttribute() {
            if attribute.type == 1 { return try attribute.bigUInt32() }
        }
        return nil
    }

    private static func generation(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var number: UInt32?
        var process: UInt32 = 0
        var name = ""
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: number = try attribute.bigUInt32()
            case 2: process = try attribute.bigUInt32()
            case 3: name = attribute.string()
            default: break
            }
        }
        return number.map { .generation($0, processID: process, name: name) }
    }
}

// MARK: Elements

extension NFTables {
    private static func elements(_ part: ByteReader) throws(NetlinkParseError) -> Content? {
        var reader = part
        var table = ""
        var set = ""
        var elements: [Element] = []
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: table = attribute.string()
            case 2: set = attribute.string()
            case 3:
                var list = attribute.payload
                while let item = try list.readAttribute() {
                    if let element = try element(item) { elements.append(element) }
                }
            default: break
            }
        }
        return .elements(table: table, set: set, elements)
    }

    /// nil where it has no key that a set of Pointsman could have.
    private static func element(_ part: NetlinkAttribute) throws(NetlinkParseError) -> Element? {
        var reader = part.payload
        var key: Value?
        var element = Element(Value())
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: key = try attribute.nfTablesData().value.flatMap { Value($0) }
            case 2:
                let data = try attribute.nfTablesData()
                if let verdict = data.verdict {
                    element.data = .verdict(verdict)
                } else if let value = data.value.flatMap({ Value($0) }) {
                    element.data = .value(value)
                }
            case 3: element.isIntervalEnd = try attribute.bigUInt32() & 1 != 0
            case 4: element.timeout = try attribute.bigUInt64()
            case 5: element.expiration = try attribute.bigUInt64()
            case 10: element.lastKey = try attribute.nfTablesData().value.flatMap { Value($0) }
            default: break
            }
        }
        guard let key else { return nil }
        element.key = key
        return element
    }
}
