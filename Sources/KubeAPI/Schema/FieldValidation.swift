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

extension SchemaCheck {
    /// The object to go on with, and the texts of the `Warning` headers to send.
    ///
    /// - Parameter duplicates: what is wrong with keys that an object of the body had twice:
    ///   `duplicate field "spec.type"`, or `line 3: key "type" already set in map` for YAML.
    /// - Throws: 400 for a value of the wrong type; in strict mode also for unknown and duplicate fields.
    package func accept(
        _ resource: Resource, mode: FieldValidation, duplicates: [String] = []
    ) throws(Status) -> (object: JSON, warnings: [String]) {
        let version = resource.version
        let prefix =
            "\(resource.kind) in version \"\(version)\" cannot be handled as a \(resource.kind): "
        if let error = typeErrors.first { throw .badRequest(prefix + error) }
        let unknown = unknownFields.map { "unknown field \"\($0)\"" }
        let lines = duplicates.filter { $0.hasPrefix("line ") }
        let fields = duplicates.filter { !$0.hasPrefix("line ") && !isBelowUnknown($0) }
        let problems = lines + unknown + fields
        switch mode {
        case .ignore: return (pruned, [])
        case .warn: return (pruned, problems)
        case .strict:
            guard problems.isEmpty else {
                let head = lines.isEmpty ? [] : [YAML.unmarshalErrors(lines)]
                let list = (head + unknown + fields).joined(separator: ", ")
                throw .badRequest(prefix + "strict decoding error: \(list)")
            }
            return (pruned, [])
        }
    }

    /// Of what the kind does not have, it is told once that it does not have it.
    private func isBelowUnknown(_ duplicate: String) -> Bool {
        unknownFields.contains { field in
            ["\"", ".", "["].contains { duplicate.contains("\"\(field)\($0)") }
        }
    }
}
