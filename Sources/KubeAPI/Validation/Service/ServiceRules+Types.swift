extension ServiceRules {
    private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    static func typeErrors(_ spec: ServiceSpec) -> [FieldError] {
        let path = Self.spec.child("type")
        if spec.type == .unset { return [.required(path)] }
        return types.contains(spec.type.rawValue)
            ? [] : [.notSupported(path, spec.type.rawValue, supported: types)]
    }

    static func typeDependentErrors(_ spec: ServiceSpec) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.ports.isEmpty, !spec.isMarkedHeadless, spec.type != .externalName {
            errors.append(.required(Self.spec.child("ports")))
        }
        if spec.isMarkedHeadless, spec.mayHaveNodePorts {
            errors.append(
                .invalid(
                    Self.spec.child("clusterIPs")[0], "None",
                    "may not be set to 'None' for \(spec.type.rawValue) services"))
        }
        return spec.type == .externalName ? errors + externalNameErrors(spec) : errors
    }

    private static func externalNameErrors(_ spec: ServiceSpec) -> [FieldError] {
        var errors: [FieldError] = []
        let set = [
            ("clusterIPs", !spec.clusterIPs.isEmpty), ("ipFamilies", !spec.ipFamilies.isEmpty),
            ("ipFamilyPolicy", spec.ipFamilyPolicy != nil),
        ]
        for (field, isSet) in set where isSet {
            errors.append(
                .forbidden(Self.spec.child(field), "may not be set for ExternalName services"))
        }
        let path = Self.spec.child("externalName")
        // One dot at the end makes the name absolute.
        let name =
            spec.externalName.hasSuffix(".")
            ? String(spec.externalName.dropLast()) : spec.externalName
        if name.isEmpty { return errors + [.required(path)] }
        return errors + FieldError.invalid(path, name, all: Names.dnsSubdomainErrors(name))
    }

    static func externalIPErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec?, _ gates: FeatureGates
    ) -> [FieldError] {
        spec.externalIPs.enumerated().flatMap { index, text -> [FieldError] in
            let path = Self.spec.child("externalIPs")[index]
            let syntax =
                old?.externalIPs.contains(text) == true ? [] : IPText.addressErrors(text, gates)
            return FieldError.invalid(
                path, text, all: syntax.isEmpty ? IPText.specialAddressErrors(text) : syntax)
        }
    }

    static func sessionAffinityErrors(_ spec: ServiceSpec) -> [FieldError] {
        let path = Self.spec.child("sessionAffinity")
        let config = Self.spec.child("sessionAffinityConfig")
        switch spec.sessionAffinity {
        case "": return [.required(path)]
        case "ClientIP": return clientIPErrors(spec.sessionAffinityConfig, config)
        case "None":
            return spec.sessionAffinityConfig == nil
                ? []
                : [.forbidden(config, "must not be set when session affinity is None")]
        default:
            return [
                .notSupported(path, spec.sessionAffinity, supported: ["ClientIP", "None"])
            ]
        }
    }

    private static func clientIPErrors(
        _ config: SessionAffinityConfig?, _ path: FieldPath
    ) -> [FieldError] {
        let why = "when session affinity type is ClientIP"
        guard let config else { return [.required(path, why)] }
        let clientIP = path.child("clientIP")
        guard let client = config.clientIP else { return [.required(clientIP, why)] }
        let timeout = clientIP.child("timeoutSeconds")
        guard let seconds = client.timeoutSeconds else { return [.required(timeout, why)] }
        return (1...86400).contains(seconds)
            ? []
            : [.invalid(timeout, .integer(seconds), "must be greater than 0 and less than 86400")]
    }
}
