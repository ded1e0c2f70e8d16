import Addresses

extension ServiceRules {
    private static let clusterIPs = spec.child("clusterIPs")
    private static let ipFamilies = spec.child("ipFamilies")
    private static let ipFamilyPolicy = spec.child("ipFamilyPolicy")
    private static let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]

    /// What is wrong with clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy whatever the cluster.
    package static func clusterIPErrors(
        _ spec: ServiceSpec, replacing old: ServiceSpec?, _ gates: FeatureGates
    ) -> [FieldError] {
        if spec.type == .externalName { return [] }
        var errors = singularErrors(spec) + familyErrors(spec)
        let (addressErrors, areReadable) = addressErrors(spec, replacing: old, gates)
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
        _ spec: ServiceSpec, replacing old: ServiceSpec?, _ gates: FeatureGates
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
                    clusterIPs[index], text, all: IPText.addressErrors(text, gates))
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
        let families = spec.clusterIPs.map { IPAddress(kubernetes: $0)?.family }
        var errors: [FieldError] = []
        if families.count > 1, Set(families).count < 2 {
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
}
