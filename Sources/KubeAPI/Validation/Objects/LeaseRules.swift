/// The rules of coordination.k8s.io/v1 Lease (Kubernetes, pkg/apis/coordination/validation).
package enum LeaseRules {
    private static let spec: FieldPath = "spec"
    private static let strategies = ["OldestEmulationVersion"]

    package static func createErrors(_ lease: Lease) -> [FieldError] {
        MetadataRules.createErrors(lease.metadata, .dnsSubdomain, isNamespaced: true)
            + errors(lease)
    }

    package static func updateErrors(_ lease: Lease, replacing old: Lease) -> [FieldError] {
        MetadataRules.updateErrors(lease.metadata, replacing: old.metadata) + errors(lease)
    }

    private static func errors(_ lease: Lease) -> [FieldError] {
        var errors: [FieldError] = []
        if let seconds = lease.leaseDurationSeconds, seconds <= 0 {
            errors.append(
                .invalid(
                    spec.child("leaseDurationSeconds"), .integer(seconds), "must be greater than 0"
                ))
        }
        if let transitions = lease.leaseTransitions, transitions < 0 {
            errors.append(
                .invalid(
                    spec.child("leaseTransitions"), .integer(transitions),
                    "must be greater than or equal to 0"))
        }
        if let strategy = lease.strategy { errors += strategyErrors(strategy) }
        if !(lease.preferredHolder ?? "").isEmpty, (lease.strategy ?? "").isEmpty {
            errors.append(
                .forbidden(
                    spec.child("preferredHolder"),
                    "may only be specified if `strategy` is defined"))
        }
        return errors
    }

    /// The path names the field twice, as in Kubernetes.
    private static func strategyErrors(_ strategy: String) -> [FieldError] {
        let path = spec.child("strategy").child("strategy")
        if strategy.contains("/") {
            return FieldError.invalid(path, strategy, all: Names.labelKeyErrors(strategy))
        }
        return strategies.contains(strategy)
            ? [] : [.notSupported(path, strategy, supported: strategies)]
    }
}
