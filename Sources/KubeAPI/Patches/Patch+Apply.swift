extension Patch {
    /// The object after the patch.
    ///
    /// - Parameter resource: tells a strategic merge patch how lists are merged.
    /// - Throws: 400 for a patch that is none; 422 where it does not fit the object, as a `test` that fails.
    package func apply(to object: JSON, resource: Resource) throws(Status) -> JSON {
        switch self {
        case .json(let operations):
            return try JSONPatch(parsing: operations).apply(to: object)
        case .merge(let patch):
            guard patch.object != nil else {
                throw .badRequest("error decoding patch: a merge patch must be a JSON object")
            }
            return object.merged(with: patch)
        case .strategicMerge(let patch):
            guard let changes = patch.object else {
                throw .badRequest("error decoding patch: a strategic merge patch must be an object")
            }
            let type = resource.schema.map(Schema.FieldType.object)
            return .object(
                try StrategicMerge.merge(changes, into: object.object ?? [:], type: type))
        }
    }

    /// The patch of a request body.
    ///
    /// - Parameters:
    ///   - contentType: without parameters, such as `application/merge-patch+json`.
    ///   - problems: gets what strict decoding finds wrong with the text, such as `duplicate field "spec.type"`.
    /// - Throws: 415 for another content type, 400 for a body that is not JSON.
    package init(
        contentType: String, body: [UInt8], problems: inout [String]
    ) throws(Status) {
        var duplicates: [String] = []
        func tree() throws(Status) -> JSON {
            do throws(JSONParseError) {
                return try JSON(parsing: body, duplicates: &duplicates)
            } catch {
                throw .badRequest("error decoding patch: \(error)")
            }
        }
        switch contentType {
        case "application/json-patch+json": self = .json(try tree())
        case "application/merge-patch+json": self = .merge(try tree())
        case "application/strategic-merge-patch+json": self = .strategicMerge(try tree())
        default:
            throw Status(
                .unsupportedMediaType,
                "the body of the request was in an unknown format - accepted media types include: "
                    + Patch.contentTypes.joined(separator: ", "))
        }
        var found = duplicates.map { "duplicate field \"\($0)\"" }
        if case .json(let operations) = self {
            found = (JSONPatch.unknownMembers(of: operations) + found).map { "json patch \($0)" }
        }
        problems += found
    }

    /// The content types that a PATCH may have.
    package static let contentTypes = [
        "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", AppliedConfiguration.contentType,
    ]
}

extension Patch {
    /// 422: what the patch makes of an object cannot be read as its kind.
    ///
    /// Source: apiserver, pkg/endpoints/handlers/patch.go: no kind and no name are told, and the value is the patched
    /// object, or for a strategic merge patch the patch as Go prints a map.
    package func unreadable(_ patched: JSON, _ failure: DecodingFailure) -> Status {
        let value =
            switch self {
            case .json, .merge: patched.text
            case .strategicMerge(let patch): patch.goText
            }
        return .invalidPatch([.invalid("patch", .string(value), failure.message)])
    }
}

extension JSON {
    /// The value as Go's `%+v` prints it.
    fileprivate var goText: String {
        switch self {
        case .null: "<nil>"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): value
        case .array(let elements): "[\(elements.map(\.goText).joined(separator: " "))]"
        case .object(let members):
            "map[\(members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.goText)" }.joined(separator: " "))]"
        }
    }

    fileprivate var text: String { String(decoding: encoded(), as: UTF8.self) }
}

extension Status {
    /// 422: a patch that is well formed but does not fit the object.
    static func unfitPatch(_ why: String) -> Status {
        Status(.invalid, "the server rejected our request due to an error in our request: \(why)")
    }
}
