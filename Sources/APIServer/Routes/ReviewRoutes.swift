import KubeAPI

/// Answers to questions about users and rights (authentication.k8s.io and authorization.k8s.io). Nothing is stored.
struct ReviewRoutes: Sendable {
    let tokens: TokenAuthenticator
    let request: APIRequest
    let resource: Resource
    /// Of the URL; nil for a review that is in none.
    let namespace: String?

    /// Whether a resource is such a question.
    static func serve(_ resource: Resource) -> Bool {
        resource.group == Resource.tokenReviews.group
            || resource.group == Resource.subjectAccessReviews.group
    }

    func respond() async throws(Status) -> APIResponse {
        // Asked for as a table it is refused like any other form that there is not.
        _ = try ObjectForm(request)
        var duplicates: [String] = []
        let body = try RequestBody(request).object(resource, duplicates: &duplicates)
        var (review, warnings) = try SchemaCheck(body, as: resource).accept(
            resource, mode: try FieldValidation(query: request.query["fieldValidation"]),
            duplicates: duplicates)
        review["kind"] = .string(resource.kind)
        review["apiVersion"] = .string(resource.apiVersion)
        if review["metadata"] == nil { review["metadata"] = [:] }
        if let namespace { try Self.place(&review, in: namespace) }
        review["status"] = try await status(of: review)
        var response = APIResponse(201, json: review)
        response.warnings = warnings
        return response
    }

    private func status(of review: JSON) async throws(Status) -> JSON {
        let spec = review["spec"] ?? [:]
        let user = request.identity.user
        switch resource {
        case .selfSubjectReviews: return ["userInfo": user.json]
        case .tokenReviews: return try await token(spec)
        case .selfSubjectRulesReviews: return try Self.rules(spec, user)
        default:
            try ReviewRules.errors(review, resource).check(resource, "")
            let subject = resource == .selfSubjectAccessReviews ? user : UserInfo(reviewed: spec)
            return [
                "allowed": .bool(Authorizer.allows(subject, RequestAttributes(reviewed: spec)))
            ]
        }
    }

    private static func place(_ review: inout JSON, in namespace: String) throws(Status) {
        let stated = review["metadata"]?["namespace"]?.string ?? ""
        guard stated.isEmpty || stated == namespace else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
        review["metadata"]?["namespace"] = .string(namespace)
    }

    private func token(_ spec: JSON) async throws(Status) -> JSON {
        guard let text = spec["token"]?.string, !text.isEmpty else {
            throw .badRequest("token is required for TokenReview in authentication")
        }
        guard let identity = try await tokens.identity(of: text) else {
            return ["authenticated": false, "user": [:], "error": "invalid bearer token"]
        }
        return ["authenticated": true, "user": identity.user.json]
    }

    private static func rules(_ spec: JSON, _ user: UserInfo) throws(Status) -> JSON {
        guard let namespace = spec["namespace"]?.string, !namespace.isEmpty else {
            throw .badRequest("no namespace on request")
        }
        let rules = Authorizer.rules(for: user, in: namespace)
        return [
            "resourceRules": .array(rules.filter { $0.paths.isEmpty }.map(\.reviewJSON)),
            "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map(\.reviewJSON)),
            "incomplete": false,
        ]
    }
}
