extension ServiceRules {
    private static let policies = ["Cluster", "Local"]
    private static let distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"]
    static let topologyHintsAnnotation = "service.kubernetes.io/topology-aware-hints"
    static let topologyModeAnnotation = "service.kubernetes.io/topology-mode"

    /// The deprecated annotation and its successor may not contradict each other.
    static func topologyAnnotationErrors(_ metadata: ObjectMeta) -> [FieldError] {
        guard let hints = metadata.annotations[topologyHintsAnnotation],
            let mode = metadata.annotations[topologyModeAnnotation], hints != mode
        else { return [] }
        return [
            .invalid(
                MetadataRules.path.child("annotations")[key: topologyModeAnnotation], mode,
                "must match annotations[\(topologyHintsAnnotation)] when both are specified")
        ]
    }

    static func trafficPolicyErrors(_ spec: ServiceSpec) -> [FieldError] {
        externalPolicyErrors(spec) + healthCheckErrors(spec) + internalPolicyErrors(spec)
            + distributionErrors(spec)
    }

    private static func externalPolicyErrors(_ spec: ServiceSpec) -> [FieldError] {
        let path = Self.spec.child("externalTrafficPolicy")
        let policy = spec.externalTrafficPolicy
        if !spec.isExternallyAccessible {
            return policy == .unset
                ? []
                : [
                    .invalid(
                        path, policy.rawValue, "may only be set for externally-accessible services")
                ]
        }
        if policy == .unset { return [.required(path)] }
        return policy.isKnown
            ? [] : [.notSupported(path, policy.rawValue, supported: policies)]
    }

    private static func healthCheckErrors(_ spec: ServiceSpec) -> [FieldError] {
        let path = Self.spec.child("healthCheckNodePort")
        let port = spec.healthCheckNodePort
        if !spec.takesHealthCheckNodePort {
            return port == 0
                ? []
                : [
                    .invalid(
                        path, .integer(port),
                        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
                    )
                ]
        }
        if port == 0 { return [.required(path)] }
        return Names.portNumberErrors(port).map { .invalid(path, .integer(port), $0) }
    }

    static func healthCheckChangeErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec
    ) -> [FieldError] {
        guard spec.takesHealthCheckNodePort, old.takesHealthCheckNodePort,
            spec.healthCheckNodePort != old.healthCheckNodePort
        else { return [] }
        return [.forbidden(Self.spec.child("healthCheckNodePort"), "field is immutable")]
    }

    private static func internalPolicyErrors(_ spec: ServiceSpec) -> [FieldError] {
        let path = Self.spec.child("internalTrafficPolicy")
        guard let policy = spec.internalTrafficPolicy else {
            return spec.takesClusterIPs ? [.required(path)] : []
        }
        return policy.isKnown
            ? [] : [.notSupported(path, policy.rawValue, supported: policies)]
    }

    private static func distributionErrors(_ spec: ServiceSpec) -> [FieldError] {
        guard let name = spec.trafficDistribution, !distributions.contains(name) else { return [] }
        return [
            .notSupported(
                Self.spec.child("trafficDistribution"), name, supported: distributions)
        ]
    }
}

extension TrafficPolicy {
    /// Cluster or Local.
    var isKnown: Bool { self == .cluster || self == .local }
}
