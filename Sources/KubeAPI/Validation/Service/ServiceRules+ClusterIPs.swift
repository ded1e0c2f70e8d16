import Addresses

extension ServiceRules {
    private static let clusterIPs = spec.child("clusterIPs")
    private static let ipFamilies = spec.child("ipFamilies")
    private static let ipFamilyPolicy = spec.child("ipFamilyPolicy")
    private static let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]

    /// What is wrong with clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy whatever the cluster.
    package static func clusterIPErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec?
    ) -> [FieldError] {
        if spec.type == .externalName { return [] }
        var errors = singularErrors(spec) + familyErrors(spec)
        let (addressErrors, areReadable) = addressErrors(spec, replacing: old)
        errors += addressErrors
        return areReadable ? errors + familyOfAddressErrors(spec) : errors
    }

    private static func singularErrors(_ spec: ServiceSpec) -> [FieldError] {
        if spec.clusterIP.isEmpty {
            return spec.clusterIPs.isEmpty
                ? []
                : [
                    .invalid(
                        clusterIPs, .strings(spec.clusterIPs),
                        "must be empty when `clusterIP` is not specified")
                ]
        }
        guard let first = spec.clusterIPs.first else { return [.required(clusterIPs)] }
        return first == spec.clusterIP
            ? []
            : [
                .invalid(
                    clusterIPs, .strings(spec.clusterIPs), "first value must match `clusterIP`")
            ]
    }

    private static func familyErrors(_ spec: ServiceSpec) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, family) in spec.ipFamilies.enumerated() {
            if IPFamily(family) == nil {
                errors.append(
                    .notSupported(ipFamilies[index], family, supported: ["IPv4", "IPv6"]))
            }
            if spec.ipFamilies[..<index].contains(family) {
                errors.append(.duplicate(ipFamilies[index], .string(family)))
            }
        }
        if let policy = spec.ipFamilyPolicy, !policies.contains(policy) {
            errors.append(.notSupported(ipFamilyPolicy, policy, supported: policies))
        }
        return errors
    }

    /// The errors, and whether the addresses can be looked at further.
    private static func addressErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec?
    ) -> ([FieldError], areReadable: Bool) {
        var errors: [FieldError] = []
        for (index, text) in spec.clusterIPs.enumerated() {
            if index == 0, text == "None" {
                if spec.clusterIPs.count > 1 {
                    errors.append(
                        .invalid(
                            clusterIPs, .strings(spec.clusterIPs),
                            "'None' must be the first and only value"))
                }
            } else if old?.clusterIPs.contains(text) != true {
                errors += FieldError.invalid(
                    clusterIPs[index], text, all: IPText.addressErrors(text))
            }
        }
        let areReadable = errors.isEmpty
        if spec.clusterIPs.count > 2 {
            errors.append(
                .invalid(clusterIPs, .strings(spec.clusterIPs), "may only hold up to 2 values"))
        }
        return (errors, areReadable)
    }

    private static func familyOfAddressErrors(_ spec: ServiceSpec) -> [FieldError] {
        if spec.isMarkedHeadless { return [] }
        let families = spec.clusterIPs.map { IPText.loose($0)?.family }
        var errors: [FieldError] = []
        if families.count > 1, Set(families).count < families.count {
            errors.append(
                .invalid(
                    clusterIPs, .strings(spec.clusterIPs),
                    "may specify no more than one IP for each IP family"))
        }
        for (index, (family, asked)) in zip(families, spec.ipFamilies).enumerated() {
            guard let asked = IPFamily(asked), let family, asked != family else { continue }
            errors.append(
                .invalid(
                    clusterIPs[index], spec.clusterIPs[index],
                    "expected an \(asked) value as indicated by `ipFamilies[\(index)]`"))
        }
        return errors
    }

    /// What the families of the cluster do not allow, and a policy that contradicts the lists.
    static func clusterFamilyErrors(
        _ spec: ServiceSpec, _ families: [IPFamily]
    ) -> [FieldError] {
        if spec.type == .externalName { return [] }
        let policy = spec.ipFamilyPolicy ?? "SingleStack"
        var errors: [FieldError] = []
        func refuse(_ why: String) { errors.append(.invalid(ipFamilyPolicy, policy, why)) }
        if policy == "SingleStack" {
            let remedy = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
            if spec.clusterIPs.count == 2 { refuse("\(remedy) cluster IPs are specified") }
            if spec.ipFamilies.count == 2 { refuse("\(remedy) IP families are specified") }
        }
        // Nobody allocates for a headless Service without selector: it may have any family.
        if spec.isMarkedHeadless, (spec.selector ?? [:]).isEmpty { return errors }
        if policy == "RequireDualStack", families.count < 2 {
            refuse("this cluster is not configured for dual-stack services")
        }
        for (index, text) in spec.ipFamilies.enumerated() {
            guard let family = IPFamily(text), !families.contains(family) else { continue }
            errors.append(
                .invalid(ipFamilies[index], text, "not configured on this cluster"))
        }
        for (index, text) in spec.clusterIPs.enumerated().dropFirst(spec.ipFamilies.count) {
            guard let family = IPText.loose(text)?.family, !families.contains(family) else {
                continue
            }
            errors.append(
                .invalid(
                    clusterIPs[index], .strings(spec.clusterIPs),
                    "\(family) is not configured on this cluster"))
        }
        return errors
    }
}
