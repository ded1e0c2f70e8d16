/// The rules of v1 Namespace, on the tree.
package enum NamespaceRules {
    /// In `spec.finalizers`: stands for the content, which goes before the namespace.
    package static let contentFinalizer = "kubernetes"

    private static let phases = ["Active", "Terminating"]

    private static let nameLabel = "kubernetes.io/metadata.name"

    /// Every namespace has its name as a label.
    package static func applyDefaults(_ namespace: inout JSON) {
        guard let name = namespace.value(at: "metadata", "name")?.string, !name.isEmpty else {
            return
        }
        var labels = namespace.value(at: "metadata", "labels") ?? [:]
        guard labels[nameLabel]?.string != name else { return }
        labels[nameLabel] = .string(name)
        namespace["metadata"]?["labels"] = labels
    }

    /// A new namespace is active.
    package static func prepareForCreate(_ namespace: inout JSON) {
        namespace["status"] = ["phase": "Active"]
        applyDefaults(&namespace)
    }

    package static func createErrors(_ namespace: JSON) -> [FieldError] {
        MetadataRules.createErrors(
            ObjectMeta(json: namespace["metadata"] ?? .null), .dnsLabel, isNamespaced: false)
            + errors(namespace)
    }

    package static func updateErrors(_ namespace: JSON, replacing old: JSON) -> [FieldError] {
        MetadataRules.updateErrors(
            ObjectMeta(json: namespace["metadata"] ?? .null),
            replacing: ObjectMeta(json: old["metadata"] ?? .null)) + errors(namespace)
    }

    private static func errors(_ namespace: JSON) -> [FieldError] {
        let finalizers = namespace["spec"]?.texts("finalizers") ?? []
        var errors = finalizers.enumerated().flatMap { index, name in
            FieldError.invalid(
                ("spec.finalizers" as FieldPath)[index], name, all: Names.labelKeyErrors(name))
        }
        let phase = namespace.value(at: "status", "phase")?.string ?? ""
        if !phase.isEmpty, !phases.contains(phase) {
            errors.append(.notSupported("status.phase", phase, supported: phases))
        }
        return errors
    }
}
