/// One step of a path to a field, as managed fields count them.
///
/// Source: FieldsV1 of meta/v1, and fieldpath.PathElement of structured-merge-diff.
package enum FieldElement: Sendable {
    /// `f:<name>`: a member of an object.
    case field(String)
    /// `k:{…}`: the element of a list that has these members; in the order of their names.
    case key([KeyMember])
    /// `v:<value>`: an element of a set.
    case value(JSON)
    /// `i:<number>`: an element by its place.
    case index(Int)

    /// One member that tells the elements of a list apart.
    package struct KeyMember: Sendable, Equatable {
        package let name: String
        package let value: JSON
    }
}

extension FieldElement: Comparable {
    package static func == (a: FieldElement, b: FieldElement) -> Bool {
        switch (a, b) {
        case (.field(let a), .field(let b)): a == b
        case (.key(let a), .key(let b)): a == b
        case (.value(let a), .value(let b)): a == b
        case (.index(let a), .index(let b)): a == b
        case (.field, _), (.key, _), (.value, _), (.index, _): false
        }
    }

    /// Fields by name, then keys, values and indices.
    package static func < (a: FieldElement, b: FieldElement) -> Bool {
        switch (a, b) {
        case (.field(let a), .field(let b)): a < b
        case (.key(let a), .key(let b)): precedes(a, b)
        case (.value(let a), .value(let b)): a.precedes(b)
        case (.index(let a), .index(let b)): a < b
        case (.field, _), (.key, _), (.value, _), (.index, _): a.rank < b.rank
        }
    }

    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    private static func precedes(_ a: [KeyMember], _ b: [KeyMember]) -> Bool {
        for (first, second) in zip(a, b) where first != second {
            if first.name != second.name { return first.name < second.name }
            return first.value.precedes(second.value)
        }
        return a.count < b.count
    }
}

extension JSON {
    /// Numbers come before texts, then the others; of what has no order of its own the text decides.
    fileprivate func precedes(_ other: JSON) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.integer(let a), .double(let b)): Double(a) < b
        case (.double(let a), .integer(let b)): a < Double(b)
        case (.double(let a), .double(let b)): a < b
        case (.string(let a), .string(let b)): a < b
        case (.bool(let a), .bool(let b)): !a && b
        case (_, _):
            rank == other.rank
                ? encoded().lexicographicallyPrecedes(other.encoded()) : rank < other.rank
        }
    }

    private var rank: Int {
        switch self {
        case .integer, .double: 0
        case .string: 1
        case .bool: 2
        case .array: 3
        case .object: 4
        case .null: 5
        }
    }
}

// MARK: - Text

extension FieldElement {
    /// As FieldsV1 spells it, such as `f:spec` or `k:{"port":80,"protocol":"TCP"}`.
    package var text: String {
        switch self {
        case .field(let name): return "f:" + name
        case .key(let members):
            let object = JSONObject(distinct: members.map { ($0.name, $0.value) })
            return "k:" + String(decoding: JSON.object(object).encoded(), as: UTF8.self)
        case .value(let value): return "v:" + String(decoding: value.encoded(), as: UTF8.self)
        case .index(let index): return "i:\(index)"
        }
    }

    /// Why a text is not a step of a path.
    enum ParseError: Error, Equatable {
        /// Made by a later version of the format: it is passed over.
        case unknownKind
        case malformed
    }

    init(parsing text: String) throws(ParseError) {
        let bytes = text.utf8
        guard bytes.count >= 2, bytes.dropFirst().first == UInt8(ascii: ":") else {
            throw .malformed
        }
        let rest = bytes.dropFirst(2)
        switch bytes.first {
        case UInt8(ascii: "f"): self = .field(String(rest) ?? "")
        case UInt8(ascii: "v"): self = .value(try Self.json(rest))
        case UInt8(ascii: "k"):
            guard case .object(let members) = try Self.json(rest) else { throw .malformed }
            self = .key(
                members.map { KeyMember(name: $0.key, value: $0.value) }
                    .sorted { $0.name < $1.name })
        case UInt8(ascii: "i"):
            guard let index = Int(String(rest) ?? "") else { throw .malformed }
            self = .index(index)
        default: throw .unknownKind
        }
    }

    private static func json(_ bytes: some Sequence<UInt8>) throws(ParseError) -> JSON {
        guard let value = try? JSON(parsing: Array(bytes)) else { throw .malformed }
        return value
    }

    /// As messages show it, such as `.spec` or `[port=80,protocol="TCP"]`.
    package var shown: String {
        switch self {
        case .field(let name): "." + name
        case .key(let members):
            "[" + members.map { "\($0.name)=\(Self.shown($0.value))" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(Self.shown(value))]"
        case .index(let index): "[\(index)]"
        }
    }

    private static func shown(_ value: JSON) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    /// A text in quotes, as messages show it.
    static func quoted(_ text: String) -> String { shown(.string(text)) }
}
