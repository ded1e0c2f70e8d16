/// Why a text is not JSON, and where.
package struct JSONParseError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable {
        case unexpectedEnd = "unexpected end of JSON input"
        case unexpectedCharacter = "invalid character"
        case badNumber = "invalid number"
        case badString = "invalid string"
        case badEscape = "invalid escape in string"
        case badUTF8 = "invalid UTF-8 in string"
        case tooDeep = "exceeded max depth"
        case trailingData = "invalid character after top-level value"
    }

    package let reason: Reason
    /// Bytes from the start of the text.
    package let offset: Int

    package var description: String { "\(reason.rawValue) at offset \(offset)" }
}

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
            var parser = JSONParser(bytes: buffer)
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

/// A recursive-descent scanner over the bytes of one text.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0
    private var path: [PathStep] = []
    private(set) var duplicates: [String] = []

    private enum PathStep {
        case key(String)
        case element(Int)
    }

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONParseError) -> JSON {
        let value = try self.value()
        skipBlanks()
        guard index == bytes.count else { throw failure(.trailingData) }
        return value
    }

    private func failure(_ reason: JSONParseError.Reason) -> JSONParseError {
        JSONParseError(
            reason: index < bytes.count || reason != .unexpectedCharacter ? reason : .unexpectedEnd,
            offset: index)
    }

    private mutating func skipBlanks() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONParseError) -> JSON {
        skipBlanks()
        guard index < bytes.count else { throw failure(.unexpectedEnd) }
        switch bytes[index] {
        case UInt8(ascii: "{"):
            return try nested { parser throws(JSONParseError) in try parser.object() }
        case UInt8(ascii: "["):
            return try nested { parser throws(JSONParseError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw failure(.unexpectedCharacter)
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONParseError) -> JSON
    ) throws(JSONParseError) -> JSON {
        depth += 1
        guard depth <= JSON.depthLimit else { throw failure(.tooDeep) }
        index += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONParseError)
        -> JSON
    {
        for offset in 0..<text.utf8CodeUnitCount {
            guard index < bytes.count else { throw failure(.unexpectedEnd) }
            guard bytes[index] == text.utf8Start[offset] else {
                throw failure(.unexpectedCharacter)
            }
            index += 1
        }
        return value
    }

    private mutating func consume(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func array() throws(JSONParseError) -> JSON {
        var elements: [JSON] = []
        if consume(UInt8(ascii: "]")) { return .array([]) }
        while true {
            path.append(.element(elements.count))
            elements.append(try value())
            path.removeLast()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "]")) else { throw failure(.unexpectedCharacter) }
            return .array(elements)
        }
    }

    private mutating func object() throws(JSONParseError) -> JSON {
        var members: [(key: String, value: JSON)] = []
        // Beyond this many members a table of the keys is kept, so that wide objects stay linear.
        var positions: [String: Int]?
        if consume(UInt8(ascii: "}")) { return .object(JSONObject()) }
        while true {
            skipBlanks()
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw failure(.unexpectedCharacter)
            }
            let key = try string()
            guard consume(UInt8(ascii: ":")) else { throw failure(.unexpectedCharacter) }
            path.append(.key(key))
            let value = try self.value()
            if members.count == 16 {
                positions = Dictionary(
                    uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
            }
            let position = positions.map { $0[key] } ?? members.firstIndex { $0.key == key }
            if let position {
                duplicates.append(pathText())
                members[position].value = value
            } else {
                positions?[key] = members.count
                members.append((key, value))
            }
            path.removeLast()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "}")) else { throw failure(.unexpectedCharacter) }
            return .object(JSONObject(distinct: members))
        }
    }

    private func pathText() -> String {
        var text = ""
        for step in path {
            switch step {
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(JSONParseError) -> JSON {
        let start = index
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        try integerDigits()
        var isInteger = true
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            try digits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count,
                bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
            {
                index += 1
            }
            try digits()
        }
        if isInteger, let value = integer(start..<index) { return .integer(value) }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw failure(.badNumber) }
        return .double(value)
    }

    private mutating func integerDigits() throws(JSONParseError) {
        guard index < bytes.count else { throw failure(.unexpectedEnd) }
        if bytes[index] == UInt8(ascii: "0") {
            index += 1
            if index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                throw failure(.badNumber)
            }
        } else {
            try digits()
        }
    }

    private mutating func digits() throws(JSONParseError) {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        guard index > start else { throw failure(.badNumber) }
    }

    private func integer(_ range: Range<Int>) -> Int64? {
        let negative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value: Int64 = 0
        for position in range.dropFirst(negative ? 1 : 0) {
            let digit = Int64(bytes[position] - 0x30)
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(negative ? -digit : digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws(JSONParseError) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                defer { index += 1 }
                return try text(bytes[start..<index])
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure(.badString) }
            index += 1
        }
        throw failure(.unexpectedEnd)
    }

    private func text(_ range: some Collection<UInt8>) throws(JSONParseError) -> String {
        guard let text = String(validating: range, as: UTF8.self) else { throw failure(.badUTF8) }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var buffer = Array(bytes[start..<index])
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return try text(buffer)
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &buffer)
            default:
                guard byte >= 0x20 else { throw failure(.badString) }
                buffer.append(byte)
                index += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONParseError) {
        guard index < bytes.count else { throw failure(.unexpectedEnd) }
        let character = bytes[index]
        index += 1
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(character)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"): buffer += UTF8.encode(try unicodeScalar())!
        default: throw failure(.badEscape)
        }
    }

    /// A lone surrogate becomes U+FFFD, as in Go.
    private mutating func unicodeScalar() throws(JSONParseError) -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = index
        index += 2
        let second = try hexUnit()
        guard (0xDC00...0xDFFF).contains(second) else {
            index = mark
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))!
    }

    private mutating func hexUnit() throws(JSONParseError) -> UInt32 {
        guard index + 4 <= bytes.count else { throw failure(.unexpectedEnd) }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x61 + 10)
            default: throw failure(.badEscape)
            }
            index += 1
        }
        return unit
    }
}
