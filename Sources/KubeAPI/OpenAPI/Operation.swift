extension OpenAPI {
    /// One thing that can be done to a resource.
    struct Operation: Sendable {
        let action: Action
        let resource: Resource
        let subresource: String?
        let dialect: Dialect
    }
}

extension OpenAPI.Operation {
    var json: JSON {
        var json: JSON = [
            "description": .string(about), "operationId": .string(id), "tags": [.string(tag)],
        ]
        switch dialect {
        case .v2:
            json["consumes"] = .strings(consumed)
            json["produces"] = ["application/json"]
        case .v3: break
        }
        var parameters = pathParameters + action.query.map { $0.json(dialect) }
        if let body {
            switch dialect {
            case .v2:
                parameters.append([
                    "name": "body", "in": "body", "required": .bool(action != .delete),
                    "schema": OpenAPI.reference(body, dialect),
                ])
            case .v3: json["requestBody"] = content(body, types: consumed)
            }
        }
        json["parameters"] = .array(parameters)
        json["responses"] = responses
        json["x-kubernetes-action"] = .string(action.verb)
        json[OpenAPI.kindExtension] = resource.kindReference(resource.kind)
        return json
    }

    private var about: String {
        let part = subresource.map { "\($0) of the " } ?? ""
        switch action {
        case .list: return "Lists or watches objects of the kind \(resource.kind)."
        case .listEverywhere:
            return "Lists or watches objects of the kind \(resource.kind) in all namespaces."
        case .create: return "Creates a \(resource.kind)."
        case .deleteCollection: return "Deletes objects of the kind \(resource.kind)."
        case .read: return "Reads the \(part)\(resource.kind)."
        case .replace: return "Replaces the \(part)\(resource.kind)."
        case .patch: return "Changes the \(part)\(resource.kind) in part."
        case .delete: return "Deletes the \(resource.kind)."
        }
    }

    /// `core_v1` or `discovery_v1`.
    private var tag: String {
        let group = resource.group.isEmpty ? "core" : resource.group.prefix { $0 != "." }
        return "\(group)_\(resource.version)"
    }

    /// Such as `patchCoreV1NamespacedServiceStatus`.
    private var id: String {
        func capitalized(_ text: some StringProtocol) -> String {
            text.prefix(1).uppercased() + text.dropFirst()
        }
        let group = tag.split(separator: "_").map { capitalized($0) }.joined()
        let scope = resource.isNamespaced && action != .listEverywhere ? "Namespaced" : ""
        let everywhere = action == .listEverywhere ? "ForAllNamespaces" : ""
        return action.operationName + group + scope + resource.kind
            + capitalized(subresource ?? "") + everywhere
    }

    private var pathParameters: [JSON] {
        var parameters: [OpenAPI.Parameter] = []
        switch action {
        case .list, .listEverywhere, .create, .deleteCollection: break
        case .read, .replace, .patch, .delete:
            parameters.append(.path("name", "Name of the \(resource.kind)."))
        }
        if resource.isNamespaced, action != .listEverywhere {
            parameters.append(.path("namespace", "The namespace."))
        }
        return parameters.map { $0.json(dialect) }
    }

    private var kindName: String { resource.schema?.fullName ?? "" }

    /// The schema of the body; nil where there is none.
    private var body: String? {
        switch action {
        case .list, .listEverywhere, .read: nil
        case .create, .replace: kindName
        case .patch: OpenAPI.patchName
        case .delete, .deleteCollection: Schema.deleteOptions.fullName
        }
    }

    private var consumed: [String] {
        switch action {
        case .patch: Patch.contentTypes
        case .list, .listEverywhere, .read, .create, .replace, .delete, .deleteCollection: ["*/*"]
        }
    }

    private var responses: JSON {
        let answer: String =
            switch action {
            case .list, .listEverywhere: resource.schema?.list.fullName ?? ""
            case .create, .read, .replace, .patch: kindName
            case .delete, .deleteCollection: Schema.status.fullName
            }
        var responses: JSON = ["200": response(answer, "OK")]
        if action == .create || action == .patch || action == .replace {
            responses["201"] = response(answer, "Created")
        }
        return responses
    }

    private func response(_ schema: String, _ about: String) -> JSON {
        var json: JSON = ["description": .string(about)]
        switch dialect {
        case .v2: json["schema"] = OpenAPI.reference(schema, dialect)
        case .v3: json["content"] = content(schema, types: ["application/json"])["content"]
        }
        return json
    }

    private func content(_ schema: String, types: [String]) -> JSON {
        var content: JSON = [:]
        for type in types { content[type] = ["schema": OpenAPI.reference(schema, dialect)] }
        return ["content": content]
    }
}
