import KubeAPI

/// What the query of a create, update or patch says (meta/v1 CreateOptions, UpdateOptions, PatchOptions).
struct WriteQuery: Sendable {
    private let request: APIRequest

    init(_ request: APIRequest) { self.request = request }

    enum Verb {
        case create, update, patch
        /// A patch by server-side apply.
        case apply

        /// The kind that errors name.
        fileprivate var kind: String {
            switch self {
            case .create: "CreateOptions"
            case .update: "UpdateOptions"
            case .patch, .apply: "PatchOptions"
            }
        }
    }

    /// Who wants to own what the request writes; "" where it does not say.
    var fieldManager: String { request.query["fieldManager"] ?? "" }

    /// Whether an apply takes fields from their owners.
    var force: Bool { request.query.flag("force") }

    /// - Throws: 422 for values that are none.
    func options(_ verb: Verb, _ subresource: String?) throws(Status) -> WriteOptions {
        let errors = errors(verb)
        guard errors.isEmpty else { throw .invalidOptions(verb.kind, errors) }
        var options = WriteOptions(subresource: subresource)
        options.dryRun = request.query.all("dryRun").contains("All")
        options.fieldValidation = try FieldValidation(query: request.query["fieldValidation"])
        let manager = fieldManager.isEmpty ? FieldManagerName.of(request.userAgent) : fieldManager
        options.ownership = .manager(manager)
        return options
    }

    private func errors(_ verb: Verb) -> [FieldError] {
        var errors: [FieldError] = []
        switch verb {
        case .apply:
            if fieldManager.isEmpty {
                errors.append(.required("fieldManager", "is required for apply patch"))
            }
        case .patch:
            if request.query["force"] != nil {
                errors.append(.forbidden("force", "may not be specified for non-apply patch"))
            }
        case .create, .update: break
        }
        errors += FieldManagerName.errors(fieldManager, "fieldManager")
        for value in request.query.all("dryRun") where value != "All" && !value.isEmpty {
            errors.append(.notSupported("dryRun", value, supported: ["All"]))
        }
        let validation = request.query["fieldValidation"] ?? ""
        if !validation.isEmpty, FieldValidation(rawValue: validation) == nil {
            errors.append(
                .notSupported(
                    "fieldValidation", validation, supported: ["", "Ignore", "Strict", "Warn"]))
        }
        return errors
    }
}
