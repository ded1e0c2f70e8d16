/// A path into a JSON value (RFC 6901), such as `/spec/ports/0/port`.
struct JSONPointer: Equatable, Sendable, CustomStringConvertible {
    /// The unescaped steps; none for the whole value.
    let tokens: [String]
    let description: String

    /// nil for text that neither is empty nor starts with a slash, or has a bad escape.
    init?(_ text: String) {
        description = text
        if text.isEmpty {
            tokens = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in text.utf8.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    private static func unescaped(_ part: Substring.UTF8View.SubSequence) -> String? {
        var bytes: [UInt8] = []
        var rest = part.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.next() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            case _: return nil
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Whether this path leads to a value that holds the one of `other`, or is the same.
    func isPrefix(of other: JSONPointer) -> Bool { other.tokens.starts(with: tokens) }

    /// An index into an array of `count` elements: digits without leading zeros.
    static func index(_ token: String, count: Int) -> Int? {
        guard token == "0" || token.utf8.first != UInt8(ascii: "0"),
            token.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(token),
            index < count
        else { return nil }
        return index
    }
}

extension JSON {
    /// The value at a path; nil if there is none.
    subscript(pointer pointer: JSONPointer) -> JSON? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let members):
                guard let next = members[token] else { return nil }
                value = next
            case .array(let elements):
                guard let index = JSONPointer.index(token, count: elements.count) else {
                    return nil
                }
                value = elements[index]
            case .null, .bool, .integer, .double, .string: return nil
            }
        }
        return value
    }

    /// How deep arrays and objects nest: 0 for a plain value.
    var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.lazy.map(\.value.depth).max() ?? 0)
        case .null, .bool, .integer, .double, .string: 0
        }
    }

    /// About how many bytes of JSON text the value makes, without its escapes.
    var size: Int {
        switch self {
        case .null, .bool, .integer, .double: 8
        case .string(let text): text.utf8.count + 2
        case .array(let elements): elements.reduce(2) { $0 + $1.size + 1 }
        case .object(let members):
            members.reduce(2) { $0 + $1.key.utf8.count + $1.value.size + 4 }
        }
    }
}
