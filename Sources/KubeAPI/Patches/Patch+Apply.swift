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
    /// - Parameter contentType: without parameters, such as `application/merge-patch+json`.
    /// - Throws: 415 for another content type, 400 for a body that is not JSON.
    package init(contentType: String, body: [UInt8]) throws(Status) {
        func tree() throws(Status) -> JSON {
            do throws(JSONParseError) {
                return try JSON(parsing: body)
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
    }

    /// The content types that a PATCH may have.
    package static let contentTypes = [
        "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", AppliedConfiguration.contentType,
    ]
}

extension Status {
    /// 422: a patch that is well formed but does not fit the object.
    static func unfitPatch(_ why: String) -> Status {
        Status(.invalid, "the server rejected our request due to an error in our request: \(why)")
    }
}
