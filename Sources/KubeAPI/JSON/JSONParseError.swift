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
