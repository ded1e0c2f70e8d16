extension ServiceRules {
    private static let mayNotChange = "may not change once set"

    /// ClusterIPs stay, except from and to ExternalName; a second one may come, and go with SingleStack.
    static func clusterIPChangeErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec
    ) -> [FieldError] {
        if spec.type == .externalName || old.type == .externalName { return [] }
        if spec.isMarkedHeadless, old.isMarkedHeadless { return [] }
        let path = Self.spec.child("clusterIPs")
        let value = JSON.strings(spec.clusterIPs)
        if spec.clusterIPs.count == old.clusterIPs.count {
            return zip(spec.clusterIPs, old.clusterIPs).enumerated()
                .filter { $1.0 != $1.1 }
                .map { .invalid(path[$0.offset], value, mayNotChange) }
        }
        guard let first = spec.clusterIPs.first else {
            return [.invalid(path[0], value, "primary clusterIP can not be unset")]
        }
        var errors: [FieldError] = []
        if let oldFirst = old.clusterIPs.first, first != oldFirst {
            errors.append(.invalid(path[0], value, mayNotChange))
        }
        if spec.clusterIPs.count == 1, old.clusterIPs.count > 1 {
            errors += releaseErrors(spec, "clusterIP")
        }
        return errors
    }

    /// As the addresses; a headless Service may change its families.
    static func ipFamilyChangeErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec
    ) -> [FieldError] {
        if spec.type == .externalName || old.type == .externalName { return [] }
        if spec.isMarkedHeadless || old.isMarkedHeadless { return [] }
        let path = Self.spec.child("ipFamilies")[0]
        let value = JSON.strings(spec.ipFamilies)
        if spec.ipFamilies.count == old.ipFamilies.count {
            return spec.ipFamilies == old.ipFamilies
                ? [] : [.invalid(path, value, mayNotChange)]
        }
        guard let first = spec.ipFamilies.first else {
            return [.invalid(path, value, "primary ipFamily can not be unset")]
        }
        var errors: [FieldError] = []
        if let oldFirst = old.ipFamilies.first, first != oldFirst {
            errors.append(.invalid(path, value, mayNotChange))
        }
        if spec.ipFamilies.count == 1, old.ipFamilies.count > 1 {
            errors += releaseErrors(spec, "ipFamily")
        }
        return errors
    }

    private static func releaseErrors(_ spec: ServiceSpec, _ what: String) -> [FieldError] {
        if spec.ipFamilyPolicy == "SingleStack" { return [] }
        return [
            .invalid(
                Self.spec.child("ipFamilyPolicy"), spec.ipFamilyPolicy.map(JSON.string) ?? .null,
                "must be set to 'SingleStack' when releasing the secondary \(what)")
        ]
    }
}
