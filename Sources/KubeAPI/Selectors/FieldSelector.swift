/// A field selector as clients send it in a URL: terms that must all hold, such as
/// `metadata.name=web,status.phase!=Failed`. No term selects everything.
package struct FieldSelector: Hashable, Sendable {
    package private(set) var terms: [Term]

    /// One term: the field of the object, and the value that it must (or must not) have.
    package struct Term: Hashable, Sendable {
        package let field: SelectableField
        package let value: String
        package let isNegated: Bool
    }

    package init() { terms = [] }

    package var selectsEverything: Bool { terms.isEmpty }

    /// The only object that can match, where there is a term `metadata.name=…`.
    package var name: String? { value(of: "metadata.name") }

    /// The only namespace that can match, where there is a term `metadata.namespace=…`.
    package var namespace: String? { value(of: "metadata.namespace") }

    private func value(of label: String) -> String? {
        terms.first { $0.field.label == label && !$0.isNegated }?.value
    }

    /// Whether every term holds for an object's tree. An absent field counts as "".
    package func matches(_ object: JSON) -> Bool {
        terms.allSatisfy { $0.field.values(in: object).contains($0.value) != $0.isNegated }
    }
}

extension FieldSelector {
    /// Reads the URL syntax: terms `f=v`, `f==v` and `f!=v`, joined by commas; `\,`, `\=` and `\\` in a value.
    /// A field that `resource` cannot be selected by, or bad syntax, is a `badRequest`.
    package init(parsing text: String, for resource: Resource) throws(Status) {
        terms = []
        let fields = SelectableField.all(of: resource)
        for part in Self.split(text) where !part.isEmpty {
            guard let (label, value, isNegated) = Self.term(part) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
            }
            guard let field = fields.first(where: { $0.label == label }) else {
                throw .badRequest("field label not supported: \(label)")
            }
            terms.append(
                Term(field: field, value: try Self.unescaped(value), isNegated: isNegated))
        }
    }

    /// Splits at the commas that no backslash stands before.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = [""]
        var isEscaped = false
        for character in text.unicodeScalars {
            if character == ",", !isEscaped {
                parts.append("")
                continue
            }
            isEscaped = character == "\\" && !isEscaped
            parts[parts.count - 1].unicodeScalars.append(character)
        }
        return parts
    }

    private static func term(_ part: String) -> (label: String, value: Substring, Bool)? {
        guard let sign = part.firstIndex(where: { $0 == "=" || $0 == "!" }) else { return nil }
        let label = String(part[..<sign])
        let rest = part[sign...]
        for (text, isNegated) in [("!=", true), ("==", false), ("=", false)]
        where rest.hasPrefix(text) {
            return (label, rest.dropFirst(text.count), isNegated)
        }
        return nil
    }

    private static func unescaped(_ text: Substring) throws(Status) -> String {
        var value = ""
        var isEscaped = false
        for character in text.unicodeScalars {
            switch character {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "=" where !isEscaped:
                throw .badRequest("invalid field selector: unescaped character in value: =")
            case "\\", ",", "=":
                value.unicodeScalars.append(character)
            default:
                if isEscaped { throw badEscape("\\\(character)") }
                value.unicodeScalars.append(character)
            }
            isEscaped = false
        }
        if isEscaped { throw badEscape("\\") }
        return value
    }

    private static func badEscape(_ sequence: String) -> Status {
        .badRequest("invalid field selector: invalid escape sequence: \(sequence)")
    }
}
