extension ServiceRules {
    private static let onlyForLoadBalancers = "may only be used when `type` is 'LoadBalancer'"
    package static let sourceRangesAnnotation =
        "service.beta.kubernetes.io/load-balancer-source-ranges"

    /// The field, or the annotation where the field is empty. Blanks around a range are allowed.
    static func sourceRangeErrors(
        _ service: Service, replacing old: Service?, _ gates: FeatureGates
    ) -> [FieldError] {
        let ranges = service.spec.loadBalancerSourceRanges
        let isAllowed = service.spec.type == .loadBalancer
        if !ranges.isEmpty {
            // The capital letter is Kubernetes' own.
            let path = spec.child("LoadBalancerSourceRanges")
            let known = Set(old?.spec.loadBalancerSourceRanges.map(trimmed) ?? [])
            return (isAllowed ? [] : [.forbidden(path, onlyForLoadBalancers)])
                + ranges.map(trimmed).enumerated().flatMap { index, range in
                    known.contains(range)
                        ? []
                        : FieldError.invalid(
                            path[index], range, all: IPText.prefixErrors(range, gates))
                }
        }
        guard let text = service.metadata.annotations[sourceRangesAnnotation] else { return [] }
        let path = MetadataRules.path.child("annotations")[key: sourceRangesAnnotation]
        let errors: [FieldError] = isAllowed ? [] : [.forbidden(path, onlyForLoadBalancers)]
        if trimmed(text).isEmpty || old?.metadata.annotations[sourceRangesAnnotation] == text {
            return errors
        }
        return errors
            + text.split(separator: ",", omittingEmptySubsequences: false).flatMap {
                let range = trimmed(String($0))
                return FieldError.invalid(path, range, all: IPText.prefixErrors(range, gates))
            }
    }

    private static func trimmed(_ text: String) -> String {
        let isBlank: (Character) -> Bool = \.isWhitespace
        guard let start = text.firstIndex(where: { !isBlank($0) }),
            let end = text.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[start...end])
    }

    static func nodePortAllocationErrors(_ spec: ServiceSpec) -> [FieldError] {
        let field = "allocateLoadBalancerNodePorts"
        if spec.type == .loadBalancer {
            // The path without `spec` is Kubernetes' own.
            return spec.allocateLoadBalancerNodePorts == nil
                ? [.required("allocateLoadBalancerNodePorts")] : []
        }
        return spec.allocateLoadBalancerNodePorts == nil
            ? [] : [.forbidden(Self.spec.child(field), onlyForLoadBalancers)]
    }

    static func loadBalancerClassErrors(_ spec: ServiceSpec) -> [FieldError] {
        guard let name = spec.loadBalancerClass else { return [] }
        let path = Self.spec.child("loadBalancerClass")
        return spec.type == .loadBalancer
            ? FieldError.invalid(path, name, all: Names.labelKeyErrors(name))
            : [.forbidden(path, onlyForLoadBalancers)]
    }

    static func loadBalancerClassChangeErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec
    ) -> [FieldError] {
        guard spec.type == .loadBalancer, old.type == .loadBalancer,
            spec.loadBalancerClass != old.loadBalancerClass
        else { return [] }
        return [
            .invalid(
                Self.spec.child("loadBalancerClass"),
                spec.loadBalancerClass.map(JSON.string) ?? .null, "may not change once set")
        ]
    }

    static func statusErrors(
        _ service: Service, replacing old: Service, _ gates: FeatureGates
    ) -> [FieldError] {
        let path: FieldPath = "status.loadBalancer.ingress"
        let ingress = service.status.ingress
        if service.spec.type != .loadBalancer {
            return ingress.isEmpty
                ? []
                : [.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
        }
        let known = Set(old.status.ingress.map(\.ip))
        return ingress.enumerated().flatMap { index, entry in
            addressErrors(entry, path[index], known, gates) + hostnameErrors(entry, path[index])
        }
    }

    private static func addressErrors(
        _ ingress: LoadBalancerIngress, _ path: FieldPath, _ known: Set<String>,
        _ gates: FeatureGates
    ) -> [FieldError] {
        let mode = path.child("ipMode")
        if ingress.ip.isEmpty {
            return ingress.ipMode == nil
                ? [] : [.forbidden(mode, "may not be specified when `ip` is not set")]
        }
        let syntax = known.contains(ingress.ip) ? [] : IPText.addressErrors(ingress.ip, gates)
        let errors = FieldError.invalid(path.child("ip"), ingress.ip, all: syntax)
        guard let given = ingress.ipMode else {
            return errors + [.required(mode, "must be specified when `ip` is set")]
        }
        let modes = ["Proxy", "VIP"]
        return modes.contains(given)
            ? errors : errors + [.notSupported(mode, given, supported: modes)]
    }

    private static func hostnameErrors(
        _ ingress: LoadBalancerIngress, _ path: FieldPath
    ) -> [FieldError] {
        let name = ingress.hostname
        if name.isEmpty { return [] }
        let path = path.child("hostname")
        let errors = FieldError.invalid(path, name, all: Names.dnsSubdomainErrors(name))
        return IPText.loose(name) == nil
            ? errors
            : errors + [.invalid(path, name, "must be a DNS name, not an IP address")]
    }
}
