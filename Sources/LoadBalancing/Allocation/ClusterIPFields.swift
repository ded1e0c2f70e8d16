import Addresses
import KubeAPI

/// The checks on clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy that need no cluster: what allocation may
/// rely on. Source: Kubernetes `ValidateServiceClusterIPsRelatedFields`.
struct ClusterIPFields {
    static let clusterIPs = "spec.clusterIPs"
    static let ipFamilies = "spec.ipFamilies"
    static let ipFamilyPolicy = "spec.ipFamilyPolicy"

    static func errors(in spec: ServiceSpec) -> FieldErrors {
        var errors = FieldErrors()
        checkFirstAddress(spec, &errors)
        checkFamilies(spec, &errors)
        guard checkAddresses(spec, &errors) else { return errors }
        checkFamiliesOfAddresses(spec, &errors)
        return errors
    }

    private static func checkFirstAddress(_ spec: ServiceSpec, _ errors: inout FieldErrors) {
        if spec.clusterIP.isEmpty {
            if !spec.clusterIPs.isEmpty {
                errors.invalid(
                    clusterIPs, .strings(spec.clusterIPs),
                    "must be empty when `clusterIP` is not specified")
            }
        } else if spec.clusterIPs.isEmpty {
            errors.required(clusterIPs)
        } else if spec.clusterIPs[0] != spec.clusterIP {
            errors.invalid(
                "\(clusterIPs)[0]", .string(spec.clusterIPs[0]),
                "first value must match `clusterIP`")
        }
    }

    private static func checkFamilies(_ spec: ServiceSpec, _ errors: inout FieldErrors) {
        for (index, family) in spec.ipFamilies.enumerated() {
            let field = "\(ipFamilies)[\(index)]"
            if IPFamily(family) == nil {
                errors.notSupported(field, .string(family), supported: ["IPv4", "IPv6"])
            }
            if spec.ipFamilies[..<index].contains(family) {
                errors.duplicate(field, .string(family))
            }
        }
        let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"]
        if let policy = spec.ipFamilyPolicy, !policies.contains(policy) {
            errors.notSupported(ipFamilyPolicy, .string(policy), supported: policies)
        }
    }

    /// False if the addresses are such that no further check makes sense.
    private static func checkAddresses(_ spec: ServiceSpec, _ errors: inout FieldErrors) -> Bool {
        var areValid = true
        for (index, text) in spec.clusterIPs.enumerated() {
            if index == 0, text == ServiceSpec.headless {
                guard spec.clusterIPs.count > 1 else { continue }
                areValid = false
                errors.invalid(
                    clusterIPs, .strings(spec.clusterIPs), "'None' must be the first and only value"
                )
            } else if IPAddress(text) == nil {
                areValid = false
                errors.invalid(
                    "\(clusterIPs)[\(index)]", .string(text),
                    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
            }
        }
        if spec.clusterIPs.count > 2 {
            errors.invalid(
                clusterIPs, .strings(spec.clusterIPs), "may only hold up to 2 values")
        }
        return areValid
    }

    private static func checkFamiliesOfAddresses(
        _ spec: ServiceSpec, _ errors: inout FieldErrors
    ) {
        let families = spec.clusterIPs.compactMap { IPAddress($0)?.family }
        if families.count > 1, Set(families).count != families.count || families.count > 2 {
            errors.invalid(
                clusterIPs, .strings(spec.clusterIPs),
                "may specify no more than one IP for each IP family")
        }
        for (index, (family, asked)) in zip(families, spec.ipFamilies).enumerated() {
            guard let asked = IPFamily(asked), asked != family else { continue }
            errors.invalid(
                "\(clusterIPs)[\(index)]", .string(spec.clusterIPs[index]),
                "expected an \(asked) value as indicated by `ipFamilies[\(index)]`")
        }
    }
}

extension ServiceSpec {
    static let headless = "None"

    /// `clusterIP: None`.
    var isHeadless: Bool { clusterIP == Self.headless || clusterIPs.first == Self.headless }

    /// A ClusterIP, NodePort or LoadBalancer Service that is not headless.
    var hasClusterIPs: Bool { type != .externalName && !isHeadless }
}
