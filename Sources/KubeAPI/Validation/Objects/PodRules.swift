package import Addresses

/// The rules of v1 Pod as far as Pods matter here. They work on the tree, because a Pod has far more members than
/// the view; what is not named below is kept as it came.
package enum PodRules {
    package static let addressAnnotation = PointsmanName.address
    package static let weightAnnotation = PointsmanName.weight
    private static let phases = ["Failed", "Pending", "Running", "Succeeded", "Unknown"]
    static let spec: FieldPath = "spec"

    /// Defaults a new Pod; its status is not the client's to set.
    package static func prepareForCreate(_ pod: inout JSON) {
        pod["status"] = ["phase": "Pending"]
        applyDefaults(&pod)
    }

    /// The main resource leaves the status as it was, the status subresource everything else but metadata.
    package static func prepareForUpdate(
        _ pod: inout JSON, replacing old: JSON, subresource: String?
    ) {
        if subresource == "status" {
            pod["spec"] = old["spec"]
        } else {
            pod["status"] = old["status"]
            applyDefaults(&pod)
        }
    }

    /// What is wrong with a new Pod. A loopback address is valid inside `loopbackPodCIDRs` only.
    package static func createErrors(
        _ pod: JSON, loopbackPodCIDRs: [IPPrefix] = []
    ) -> [FieldError] {
        let metadata = ObjectMeta(json: pod["metadata"] ?? .null)
        return MetadataRules.createErrors(metadata, .dnsSubdomain, isNamespaced: true)
            + errors(pod, metadata, loopbackPodCIDRs)
    }

    /// What is wrong with a Pod that replaces `old`, through either resource.
    package static func updateErrors(
        _ pod: JSON, replacing old: JSON, loopbackPodCIDRs: [IPPrefix] = []
    ) -> [FieldError] {
        let metadata = ObjectMeta(json: pod["metadata"] ?? .null)
        return MetadataRules.updateErrors(
            metadata, replacing: ObjectMeta(json: old["metadata"] ?? .null))
            + immutabilityErrors(pod["spec"] ?? .null, replacing: old["spec"] ?? .null)
            + errors(pod, metadata, loopbackPodCIDRs)
    }

    private static func errors(
        _ pod: JSON, _ metadata: ObjectMeta, _ loopback: [IPPrefix]
    ) -> [FieldError] {
        annotationErrors(metadata.annotations, loopback) + specErrors(pod["spec"] ?? .null)
            + statusErrors(pod["status"] ?? .null)
    }

    private static func annotationErrors(
        _ annotations: [String: String], _ loopback: [IPPrefix]
    ) -> [FieldError] {
        let path = MetadataRules.path.child("annotations")
        var errors: [FieldError] = []
        if let address = annotations[addressAnnotation] {
            let syntax = IPText.canonicalAddressErrors(address)
            errors += FieldError.invalid(
                path[key: addressAnnotation], address,
                all: syntax.isEmpty
                    ? IPText.specialAddressErrors(address, loopback: loopback) : syntax)
        }
        if let weight = annotations[weightAnnotation],
            UInt16(weight).map(String.init) != weight
        {
            errors.append(
                .invalid(
                    path[key: weightAnnotation], weight, "must be between 0 and 65535, inclusive"))
        }
        return errors
    }

    private static func specErrors(_ spec: JSON) -> [FieldError] {
        let path = Self.spec
        var errors: [FieldError] = []
        for (name, reasons) in [
            ("nodeName", Names.dnsSubdomainErrors), ("hostname", Names.dnsLabelErrors),
            ("subdomain", Names.dnsLabelErrors),
        ] {
            let text = spec.text(name)
            if !text.isEmpty {
                errors += FieldError.invalid(path.child(name), text, all: reasons(text))
            }
        }
        let policies = ["Always", "Never", "OnFailure"]
        if let policy = spec["restartPolicy"]?.string, !policies.contains(policy) {
            errors.append(
                .notSupported(path.child("restartPolicy"), policy, supported: policies))
        }
        if let seconds = spec["terminationGracePeriodSeconds"]?.integer, seconds < 0 {
            errors.append(
                .invalid(
                    path.child("terminationGracePeriodSeconds"), .integer(seconds),
                    "must be greater than or equal to 0"))
        }
        return errors + ContainerRules.errors(spec)
    }

    private static func immutabilityErrors(
        _ spec: JSON, replacing old: JSON
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let node = old.text("nodeName")
        if !node.isEmpty, spec.text("nodeName") != node {
            errors.append(
                .invalid(
                    Self.spec.child("nodeName"), spec.text("nodeName"), "field is immutable"))
        }
        for name in ["hostname", "subdomain", "hostNetwork"] where spec[name] != old[name] {
            errors.append(
                .invalid(Self.spec.child(name), spec[name] ?? .null, "field is immutable"))
        }
        return errors
    }

    private static func statusErrors(_ status: JSON) -> [FieldError] {
        let path: FieldPath = "status"
        var errors: [FieldError] = []
        if let phase = status["phase"]?.string, !phase.isEmpty, !phases.contains(phase) {
            errors.append(.notSupported(path.child("phase"), phase, supported: phases))
        }
        let addresses = status.elements("podIPs") { $0.text("ip") }
        for (index, text) in addresses.enumerated() {
            errors += FieldError.invalid(
                path.child("podIPs")[index], text, all: IPText.addressErrors(text))
        }
        let families = addresses.compactMap { IPText.loose($0)?.family }
        if families.count > Set(families).count {
            errors.append(
                .invalid(
                    path.child("podIPs"), .strings(addresses),
                    "may specify no more than one IP for each IP family"))
        }
        if let text = status["podIP"]?.string, !text.isEmpty, let first = addresses.first,
            first != text
        {
            errors.append(
                .invalid(
                    path.child("podIPs")[0], first, "must be equal to podIP"))
        }
        return errors
    }
}
