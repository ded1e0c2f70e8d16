/// Who may do what: a pure function of the groups that a user is in.
package enum Authorizer {
    package static func allows(_ user: UserInfo, _ attributes: RequestAttributes) -> Bool {
        grants(to: user).contains { $0.allows(attributes) }
    }

    /// Throws 403 in Kubernetes' words.
    package static func check(_ user: UserInfo, _ attributes: RequestAttributes) throws(Status) {
        guard allows(user, attributes) else { throw .forbidden(user, attributes) }
    }

    /// All that a user may do in a namespace, with what holds everywhere.
    package static func rules(for user: UserInfo, in namespace: String) -> [PolicyRule] {
        var rules: [PolicyRule] = []
        for grant in grants(to: user) where grant.namespace == nil || grant.namespace == namespace {
            for rule in grant.rules where !rules.contains(rule) { rules.append(rule) }
        }
        return rules
    }

    private static func grants(to user: UserInfo) -> [Grant] {
        var grants = [Grant(rules: publicRules)]
        if user.groups.contains(UserInfo.authenticated) { grants.append(Grant(rules: basicRules)) }
        for binding in user.groups.compactMap(RoleBinding.init(group:)) { grants += binding.grants }
        return grants
    }

    /// Kubernetes' system:public-info-viewer: what everybody may see.
    private static let publicRules = [
        PolicyRule(
            verbs: ["get"], paths: ["/healthz", "/livez", "/readyz", "/version", "/version/"])
    ]

    /// Kubernetes' system:discovery and system:basic-user: what everybody may do who is somebody.
    private static let basicRules: [PolicyRule] = [
        .resources(
            "selfsubjectaccessreviews", "selfsubjectrulesreviews", in: "authorization.k8s.io",
            verbs: ["create"]),
        .resources("selfsubjectreviews", in: "authentication.k8s.io", verbs: ["create"]),
        PolicyRule(
            verbs: ["get"],
            paths: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"]),
    ]
}
