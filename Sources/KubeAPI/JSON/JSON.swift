/// A JSON value (RFC 8259). Integers that fit keep their exact value; every other number is a `Double`.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: Equatable {
    /// Objects are equal whatever the order of their members; `1` equals `1.0`.
    package static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.integer(let a), .double(let b)), (.double(let b), .integer(let a)): Double(a) == b
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        case (.null, _), (.bool, _), (.integer, _), (.double, _), (.string, _), (.array, _),
            (.object, _):
            false
        }
    }
}

extension JSON {
    package var isNull: Bool { if case .null = self { true } else { false } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The value of an integer, also of one written with a fraction of zero.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The member `key` of an object; nil for an absent key and for what is not an object. Setting on a
    /// value that is not an object replaces it by one; setting nil removes the member.
    package subscript(key: String) -> JSON? {
        get { object?[key] }
        set {
            var members: JSONObject
            if case .object(let value) = self { members = value } else { members = JSONObject() }
            self = .null  // keeps the storage uniquely referenced: the update is in place
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The value at a path of object keys.
    package func value(at path: String...) -> JSON? {
        var value = self
        for key in path {
            guard let next = value[key] else { return nil }
            value = next
        }
        return value
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements))
    }
    package init(nilLiteral: ()) { self = .null }
}

extension JSON {
    package static func strings(_ values: some Sequence<String>) -> JSON {
        .array(values.map(JSON.string))
    }

    /// An object of strings, members in the order of their keys.
    package static func stringMap(_ values: [String: String]) -> JSON {
        .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    /// The string members of an object; nil if this is not an object. The same few keys and values, such as those of labels,
    /// are in very many objects (see SharedText).
    package var stringMap: [String: String]? {
        guard let object else { return nil }
        var map: [String: String] = [:]
        map.reserveCapacity(object.count)
        for (key, value) in object {
            if let text = value.string { map[SharedText.of(key)] = SharedText.of(text) }
        }
        return map
    }
}
