/// The rules of networking.k8s.io/v1 IPAddress (Kubernetes 1.36, pkg/apis/networking/validation; rule C-003).
package enum IPAddressRules {
    private static let parentRef: FieldPath = "spec.parentRef"

    /// What is empty is left out.
    package static func prepare(_ address: inout JSON) {
        guard let parent = address.value(at: "spec", "parentRef")?.object else { return }
        address["spec"]?["parentRef"] = .object(
            JSONObject(distinct: parent.filter { $0.value != "" }))
    }

    package static func createErrors(_ address: IPAddressObject) -> [FieldError] {
        MetadataRules.createErrors(address.metadata, .ipAddress, isNamespaced: false)
            + errors(address.parent)
    }

    package static func updateErrors(
        _ address: IPAddressObject, replacing old: IPAddressObject
    ) -> [FieldError] {
        var errors = MetadataRules.updateErrors(address.metadata, replacing: old.metadata)
        errors += Self.errors(address.parent)
        if address.parent != old.parent {
            errors.append(
                .invalid(parentRef, address.parent?.json ?? .null, "field is immutable"))
        }
        return errors
    }

    private static func errors(_ parent: IPAddressObject.Parent?) -> [FieldError] {
        guard let parent else { return [.required(parentRef)] }
        var errors: [FieldError] = []
        if !parent.group.isEmpty {
            errors += FieldError.invalid(
                parentRef.child("group"), parent.group, all: Names.dnsSubdomainErrors(parent.group))
        }
        for (name, value) in [("resource", parent.resource), ("name", parent.name)] {
            let path = parentRef.child(name)
            errors +=
                value.isEmpty
                ? [.required(path)]
                : FieldError.invalid(path, value, all: Names.pathSegmentErrors(value))
        }
        return errors
            + FieldError.invalid(
                parentRef.child("namespace"), parent.namespace,
                all: Names.pathSegmentErrors(parent.namespace))
    }
}
