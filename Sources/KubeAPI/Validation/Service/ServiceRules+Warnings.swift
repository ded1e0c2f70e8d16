extension ServiceRules {
    /// What to tell the client about a Service that is accepted, one `Warning` header each (Kubernetes'
    /// pkg/api/service/warnings.go).
    package static func warnings(_ service: Service) -> [String] {
        let spec = service.spec
        var warnings: [String] = []
        if service.metadata.annotations[topologyHintsAnnotation] != nil {
            warnings.append(
                "annotation \(topologyHintsAnnotation) is deprecated, "
                    + "please use \(topologyModeAnnotation) instead")
        }
        if !spec.isMarkedHeadless {
            warnings += addressWarnings(spec.clusterIPs, Self.spec.child("clusterIPs"))
        }
        if spec.type == .clusterIP, spec.isMarkedHeadless { warnings += headlessWarnings(spec) }
        warnings += addressWarnings(spec.externalIPs, Self.spec.child("externalIPs"))
        if !spec.externalIPs.isEmpty, !spec.isMarkedHeadless, spec.type != .externalName {
            warnings.append(
                "spec.externalIPs is deprecated and may no longer be implemented in some clusters")
        }
        warnings += IPText.warnings(Self.spec.child("loadBalancerIP"), spec.loadBalancerIP)
        for (index, range) in spec.loadBalancerSourceRanges.enumerated() {
            warnings += IPText.prefixWarnings(
                Self.spec.child("loadBalancerSourceRanges")[index], range)
        }
        return warnings + typeWarnings(spec)
    }

    private static func addressWarnings(_ texts: [String], _ path: FieldPath) -> [String] {
        texts.enumerated().flatMap { IPText.warnings(path[$0], $1) }
    }

    private static func headlessWarnings(_ spec: ServiceSpec) -> [String] {
        let ignored = [
            ("loadBalancerIP", !spec.loadBalancerIP.isEmpty),
            ("externalIPs", !spec.externalIPs.isEmpty),
            ("SessionAffinity", spec.sessionAffinity != "None"),
        ]
        return ignored.filter(\.1).map { "spec.\($0.0) is ignored for headless services" }
    }

    private static func typeWarnings(_ spec: ServiceSpec) -> [String] {
        var warnings: [String] = []
        if spec.type == .externalName, !spec.externalIPs.isEmpty {
            warnings.append("spec.externalIPs is ignored when spec.type is \"ExternalName\"")
        }
        if spec.type != .externalName, !spec.externalName.isEmpty {
            warnings.append("spec.externalName is ignored when spec.type is not \"ExternalName\"")
        }
        if spec.trafficDistribution == "PreferClose" {
            warnings.append(
                "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")
        }
        return warnings
    }
}
