extension Resource {
    /// What an object of this resource may hold; nil for a resource without a table.
    package var schema: Schema? { Schema.byKind["\(apiVersion)/\(kind)"] }
}

extension Schema {
    /// The kinds with a table, by `apiVersion/kind`.
    static let byKind: [String: Schema] = [
        "v1/Service": service, "v1/Endpoints": endpoints, "v1/Pod": pod, "v1/Node": node,
        "v1/Namespace": namespace, "v1/Event": event,
        "discovery.k8s.io/v1/EndpointSlice": endpointSlice,
        "coordination.k8s.io/v1/Lease": lease, "events.k8s.io/v1/Event": groupEvent,
        "networking.k8s.io/v1/ServiceCIDR": serviceCIDR,
        "networking.k8s.io/v1/IPAddress": ipAddress,
        "authorization.k8s.io/v1/LocalSubjectAccessReview": localSubjectAccessReview,
        "authorization.k8s.io/v1/SelfSubjectAccessReview": selfSubjectAccessReview,
        "authorization.k8s.io/v1/SelfSubjectRulesReview": selfSubjectRulesReview,
        "authorization.k8s.io/v1/SubjectAccessReview": subjectAccessReview,
        "authentication.k8s.io/v1/SelfSubjectReview": selfSubjectReview,
        "authentication.k8s.io/v1/TokenReview": tokenReview,
        "pointsman.dev/v1/Token": token,
        "v1/DeleteOptions": deleteOptions, "meta.k8s.io/v1/DeleteOptions": deleteOptions,
        "v1/Status": status,
    ]

    /// The types that this one leads to, itself first, each once.
    var reachable: [Schema] {
        var found: [Schema] = []
        var seen: Set<String> = []
        func visit(_ type: FieldType) {
            switch type {
            case .object(let schema):
                guard seen.insert(schema.fullName).inserted else { return }
                found.append(schema)
                for field in schema.members { visit(field.type) }
            case .array(let element), .map(let element): visit(element)
            case .string, .boolean, .int32, .int64, .intOrString, .quantity, .time,
                .microTime, .embedded, .rawObject, .opaque:
                break
            }
        }
        visit(.object(self))
        return found
    }
}
