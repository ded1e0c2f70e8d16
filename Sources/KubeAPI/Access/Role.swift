/// What a user may be allowed to do.
package enum Role: String, Sendable, CaseIterable {
    /// Everything.
    case admin
    /// Everything in namespaces but what controllers and node agents say of objects.
    case edit
    /// Reads everything but tokens.
    case view
    /// What the agents of a node need, such as kube-proxy.
    case node

    /// Whether the role can be given for one namespace alone.
    package var canBeNamespaced: Bool { self == .edit || self == .view }

    package var rules: [PolicyRule] {
        switch self {
        case .admin: Self.everything
        case .edit: Self.reading + Self.editing
        case .view: Self.reading
        case .node: Self.reading + Self.reporting
        }
    }

    static let read = ["get", "list", "watch"]
    private static let write = ["create", "delete", "deletecollection", "patch", "update"]
    private static let report = ["create", "patch", "update"]

    private static let everything = [
        PolicyRule(verbs: ["*"], groups: ["*"], resources: ["*"]),
        PolicyRule(verbs: ["*"], paths: ["*"]),
    ]

    /// Named one by one: what is not here, such as tokens and the proxy of a Service, is not for every reader.
    private static let reading: [PolicyRule] = [
        .resources(
            "endpoints", "events", "namespaces", "namespaces/status", "nodes", "nodes/status",
            "pods", "pods/status", "services", "services/status", verbs: read),
        .resources("endpointslices", in: "discovery.k8s.io", verbs: read),
        .resources("leases", in: "coordination.k8s.io", verbs: read),
        .resources("events", in: "events.k8s.io", verbs: read),
        .resources(
            "ipaddresses", "servicecidrs", "servicecidrs/status", in: "networking.k8s.io",
            verbs: read),
    ]

    /// The status of Pods is here because who runs Pods with `pointsman run` tells it. That of Services is not: whoever
    /// writes it can draw the traffic of any load-balancer address.
    private static let editing: [PolicyRule] = [
        .resources("endpoints", "events", "pods", "services", verbs: write),
        .resources("pods/status", verbs: ["patch", "update"]),
        .resources("services/proxy", verbs: ["create", "delete", "get", "patch", "update"]),
        .resources("endpointslices", in: "discovery.k8s.io", verbs: write),
        .resources("leases", in: "coordination.k8s.io", verbs: write),
        .resources("events", in: "events.k8s.io", verbs: write),
    ]

    private static let reporting: [PolicyRule] = [
        .resources("nodes", verbs: report),
        // The agent of a data plane says on Services what it could not do.
        .resources("nodes/status", "pods/status", "services/status", verbs: ["patch", "update"]),
        .resources("events", verbs: report),
        .resources("events", in: "events.k8s.io", verbs: report),
        .resources("leases", in: "coordination.k8s.io", verbs: report + ["delete"]),
    ]
}
