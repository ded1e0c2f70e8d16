extension JSON {
    /// Objects and arrays may nest this deep.
    package static let depthLimit = 512

    /// Parses one JSON text (RFC 8259). Of duplicate keys the last one counts, as in Kubernetes.
    package init(parsing bytes: [UInt8]) throws(JSONParseError) {
        var duplicates: [String] = []
        try self.init(parsing: bytes, duplicates: &duplicates)
    }

    /// As `init(parsing:)`; `duplicates` receives the path of every key that an object has twice, such as
    /// `spec.type` or `spec.ports[0].name`.
    package init(parsing bytes: [UInt8], duplicates: inout [String]) throws(JSONParseError) {
        let result = bytes.withUnsafeBufferPointer {
            buffer -> Result<(JSON, [String]), JSONParseError> in
            var parser = JSONParser(JSONScanner(buffer))
            do throws(JSONParseError) {
                return .success((try parser.document(), parser.duplicates))
            } catch {
                return .failure(error)
            }
        }
        let (value, found) = try result.get()
        duplicates += found
        self = value
    }
}

/// A recursive-descent parser. Members and elements wait on two stacks until their object or array ends, and are
/// moved into an array of the right size then.
struct JSONParser: ~Copyable {
    private var scanner: JSONScanner
    private var keys = KeyTable()
    private var depth = 0
    private var elements = ParseStack<JSON>()
    private var members = ParseStack<(key: String, value: JSON)>()
    /// Paths, without the part above the value that is being parsed.
    private(set) var duplicates: [String] = []

    init(_ scanner: JSONScanner) { self.scanner = scanner }

    mutating func document() throws(JSONParseError) -> JSON {
        let value = try self.value()
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw scanner.failure(.trailingData) }
        return value
    }

    private mutating func value() throws(JSONParseError) -> JSON {
        guard let byte = scanner.nextAfterBlanks() else { throw scanner.failure(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "-"), 0x30...0x39: return try scanner.number()
        case UInt8(ascii: "t"):
            try scanner.skip("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try scanner.skip("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try scanner.skip("null")
            return .null
        default: throw scanner.failure(.unexpectedCharacter)
        }
    }

    private mutating func descend() throws(JSONParseError) {
        depth += 1
        guard depth <= JSON.depthLimit else { throw scanner.failure(.tooDeep) }
        scanner.advance()
    }

    private mutating func array() throws(JSONParseError) -> JSON {
        try descend()
        let start = elements.count
        if scanner.consume(UInt8(ascii: "]")) {
            depth -= 1
            return .array([])
        }
        while true {
            let known = duplicates.count
            elements.push(try value())
            if duplicates.count > known {
                prefixDuplicates(known, "[\(elements.count - start - 1)]")
            }
            if scanner.consume(UInt8(ascii: ",")) { continue }
            guard scanner.consume(UInt8(ascii: "]")) else {
                throw scanner.failure(.unexpectedCharacter)
            }
            depth -= 1
            return .array(elements.pop(to: start))
        }
    }

    private mutating func object() throws(JSONParseError) -> JSON {
        try descend()
        let start = members.count
        var positions: KeyPositions?
        if scanner.consume(UInt8(ascii: "}")) {
            depth -= 1
            return .object(JSONObject())
        }
        while true {
            guard scanner.nextAfterBlanks() == UInt8(ascii: "\"") else {
                throw scanner.failure(.unexpectedCharacter)
            }
            let key = try scanner.key(&keys)
            guard scanner.consume(UInt8(ascii: ":")) else {
                throw scanner.failure(.unexpectedCharacter)
            }
            try member(key, start, &positions)
            if scanner.consume(UInt8(ascii: ",")) { continue }
            guard scanner.consume(UInt8(ascii: "}")) else {
                throw scanner.failure(.unexpectedCharacter)
            }
            depth -= 1
            return .object(JSONObject(distinct: members.pop(to: start)))
        }
    }

    /// Beyond this many members a table of the keys is kept, so that wide objects stay linear.
    private static let scanLimit = 16
    private typealias KeyPositions = [String: Int]

    private mutating func member(
        _ key: String, _ start: Int, _ positions: inout KeyPositions?
    ) throws(JSONParseError) {
        let known = duplicates.count
        let value = try self.value()
        if duplicates.count > known { prefixDuplicates(known, key) }
        if members.count - start == Self.scanLimit, positions == nil {
            positions = [:]
            for index in start..<members.count { positions?[members[index].key] = index }
        }
        if let found = positions.map({ $0[key] }) ?? position(of: key, from: start) {
            duplicates.append(key)
            members[found].value = value
        } else {
            positions?[key] = members.count
            members.push((key, value))
        }
    }

    private func position(of key: String, from start: Int) -> Int? {
        let length = key.utf8.count
        for index in start..<members.count
        where members[index].key.utf8.count == length && members[index].key == key {
            return index
        }
        return nil
    }

    /// Puts a step before the paths that a child added.
    private mutating func prefixDuplicates(_ start: Int, _ step: String) {
        for index in start..<duplicates.count {
            let path = duplicates[index]
            duplicates[index] = path.hasPrefix("[") ? step + path : "\(step).\(path)"
        }
    }
}
