/// The rules of v1 Node, on the tree.
package enum NodeRules {
    private static let podCIDRs: FieldPath = "spec.podCIDRs"

    package static func createErrors(_ node: JSON) -> [FieldError] {
        MetadataRules.createErrors(
            ObjectMeta(json: node["metadata"] ?? .null), .dnsSubdomain, isNamespaced: false)
            + errors(node)
    }

    package static func updateErrors(_ node: JSON, replacing old: JSON) -> [FieldError] {
        var errors = MetadataRules.updateErrors(
            ObjectMeta(json: node["metadata"] ?? .null),
            replacing: ObjectMeta(json: old["metadata"] ?? .null))
        let given = old["spec"]?.texts("podCIDRs") ?? []
        if !given.isEmpty, node["spec"]?.texts("podCIDRs") != given {
            errors.append(
                .forbidden(
                    podCIDRs, "node updates may not change podCIDR except from \"\" to valid"))
        }
        return errors + Self.errors(node)
    }

    private static func errors(_ node: JSON) -> [FieldError] {
        var errors: [FieldError] = []
        let prefixes = node["spec"]?.texts("podCIDRs") ?? []
        for (index, text) in prefixes.enumerated() {
            errors += FieldError.invalid(
                podCIDRs[index], text, all: IPText.prefixErrors(text))
        }
        if prefixes.count > 2 {
            errors.append(
                .invalid(
                    podCIDRs, .strings(prefixes),
                    "may specify no more than one CIDR for each IP family"))
        }
        let addresses = node["status"]?["addresses"]?.array ?? []
        for (index, address) in addresses.enumerated() where addresses[..<index].contains(address) {
            errors.append(.duplicate(("status.addresses" as FieldPath)[index], address))
        }
        return errors
    }
}
