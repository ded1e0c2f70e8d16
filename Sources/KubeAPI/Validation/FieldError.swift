/// What is wrong with one field of an object, in the words of kube-apiserver (apimachinery,
/// pkg/util/validation/field/errors.go).
package struct FieldError: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case forbidden = "FieldValueForbidden"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case tooMany = "FieldValueTooMany"
        case tooLong = "FieldValueTooLong"
        case typeInvalid = "FieldValueTypeInvalid"

        /// How a message begins.
        package var text: String {
            switch self {
            case .required: "Required value"
            case .invalid, .typeInvalid: "Invalid value"
            case .forbidden: "Forbidden"
            case .notSupported: "Unsupported value"
            case .duplicate: "Duplicate value"
            case .tooMany: "Too many"
            case .tooLong: "Too long"
            }
        }
    }

    package let kind: Kind
    package let path: FieldPath
    /// nil where the message shows no value.
    package let badValue: JSON?
    /// The reason; "" where there is nothing to add.
    package let detail: String

    private init(_ kind: Kind, _ path: FieldPath, _ badValue: JSON?, _ detail: String) {
        self.kind = kind
        self.path = path
        self.badValue = badValue
        self.detail = detail
    }

    /// The message without the path, as in `details.causes[].message`.
    package var message: String {
        var text = kind.text
        if let badValue { text += ": \(Self.shown(badValue))" }
        if !detail.isEmpty { text += ": \(detail)" }
        return text
    }

    package var description: String { "\(path): \(message)" }

    private static func shown(_ value: JSON) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }
}

extension FieldError {
    package static func required(_ path: FieldPath, _ detail: String = "") -> FieldError {
        FieldError(.required, path, nil, detail)
    }

    package static func invalid(_ path: FieldPath, _ value: JSON, _ detail: String) -> FieldError {
        FieldError(.invalid, path, value, detail)
    }

    package static func invalid(
        _ path: FieldPath, _ value: String, _ detail: String
    ) -> FieldError {
        FieldError(.invalid, path, .string(value), detail)
    }

    /// One error for every reason.
    static func invalid(_ path: FieldPath, _ value: String, all details: [String]) -> [FieldError] {
        details.map { .invalid(path, value, $0) }
    }

    package static func typeInvalid(
        _ path: FieldPath, _ value: JSON, _ detail: String
    ) -> FieldError {
        FieldError(.typeInvalid, path, value, detail)
    }

    package static func forbidden(_ path: FieldPath, _ detail: String) -> FieldError {
        FieldError(.forbidden, path, nil, detail)
    }

    package static func duplicate(_ path: FieldPath, _ value: JSON) -> FieldError {
        FieldError(.duplicate, path, value, "")
    }

    /// `supported` is listed in the order given; Kubernetes' order is alphabetical.
    package static func notSupported(
        _ path: FieldPath, _ value: String, supported: [String]
    ) -> FieldError {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(.notSupported, path, .string(value), "supported values: \(list)")
    }

    package static func tooMany(_ path: FieldPath, _ count: Int, limit: Int) -> FieldError {
        FieldError(
            .tooMany, path, .integer(Int64(count)),
            "must have at most \(limit) \(limit == 1 ? "item" : "items")")
    }

    /// `limit` in bytes.
    package static func tooLong(_ path: FieldPath, limit: Int) -> FieldError {
        FieldError(.tooLong, path, nil, "may not be more than \(limit) bytes")
    }
}
