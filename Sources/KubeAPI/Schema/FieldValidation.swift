/// What the server does about fields that a kind does not have: query parameter `fieldValidation`.
package enum FieldValidation: String, Sendable {
    /// Drops them.
    case ignore = "Ignore"
    /// Drops them and warns; what a request without the parameter gets.
    case warn = "Warn"
    /// Refuses the request.
    case strict = "Strict"

    /// - Parameter query: the value of the parameter; nil or "" if there is none.
    package init(query: String?) throws(Status) {
        guard let query, !query.isEmpty else {
            self = .warn
            return
        }
        guard let mode = FieldValidation(rawValue: query) else {
            throw Status(
                .invalid,
                "fieldValidation: Unsupported value: \"\(query)\": supported values: \"Ignore\", "
                    + "\"Warn\", \"Strict\"")
        }
        self = mode
    }
}

/// Why an object cannot be read as its kind, in the words of Kubernetes' decoder.
package struct DecodingFailure: Error, Equatable {
    package let message: String
}

extension SchemaCheck {
    /// The object to go on with, and the texts of the `Warning` headers to send.
    ///
    /// - Parameter duplicates: what is wrong with keys that an object of the body had twice:
    ///   `duplicate field "spec.type"`, or `line 3: key "type" already set in map` for YAML.
    /// - Throws: 400 for a value of the wrong type; in strict mode also for unknown and duplicate fields.
    package func accept(
        _ resource: Resource, mode: FieldValidation, duplicates: [String] = []
    ) throws(Status) -> (object: JSON, warnings: [String]) {
        let lines = duplicates.filter { $0.hasPrefix("line ") }
        let fields = duplicates.filter { !$0.hasPrefix("line ") && !isBelowUnknown($0) }
        do throws(DecodingFailure) {
            return try decode(
                mode, problems: lines + unknown + fields,
                strict: (lines.isEmpty ? [] : [YAML.unmarshalErrors(lines)]) + unknown + fields)
        } catch {
            throw .badRequest(
                "\(resource.kind) in version \"\(resource.version)\" cannot be handled as a "
                    + "\(resource.kind): \(error.message)")
        }
    }

    /// The same for an object that a patch has made.
    /// - Parameter problems: what is wrong with the text of the patch itself.
    package func accept(
        patched mode: FieldValidation, problems: [String]
    ) throws(DecodingFailure) -> (object: JSON, warnings: [String]) {
        try decode(mode, problems: problems + unknown, strict: problems + unknown)
    }

    private var unknown: [String] { unknownFields.map { "unknown field \"\($0)\"" } }

    private func decode(
        _ mode: FieldValidation, problems: [String], strict: [String]
    ) throws(DecodingFailure) -> (object: JSON, warnings: [String]) {
        if let error = typeErrors.first { throw DecodingFailure(message: error) }
        switch mode {
        case .ignore: return (pruned, [])
        case .warn: return (pruned, problems)
        case .strict:
            if strict.isEmpty { return (pruned, []) }
            let list = strict.joined(separator: ", ")
            throw DecodingFailure(message: "strict decoding error: \(list)")
        }
    }

    /// Of what the kind does not have, it is told once that it does not have it.
    private func isBelowUnknown(_ duplicate: String) -> Bool {
        unknownFields.contains { field in
            ["\"", ".", "["].contains { duplicate.contains("\"\(field)\($0)") }
        }
    }
}
