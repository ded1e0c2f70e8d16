/// What `metadata` of an object may be (apimachinery, pkg/api/validation/objectmeta.go).
enum MetadataRules {
    static let path: FieldPath = "metadata"
    private static let annotationLimit = 256 << 10

    /// What the name of an object must look like.
    enum NameForm {
        case dnsLabel
        /// A DNS label that begins with a letter (RFC 1035).
        case elderDNSLabel
        case dnsSubdomain
        /// Whatever can stand between two slashes of a URL.
        case pathSegment
        /// An address in its canonical text.
        case ipAddress

        func errors(_ name: String) -> [String] {
            switch self {
            case .dnsLabel: Names.dnsLabelErrors(name)
            case .elderDNSLabel: Names.elderDNSLabelErrors(name)
            case .dnsSubdomain: Names.dnsSubdomainErrors(name)
            case .pathSegment: Names.pathSegmentErrors(name)
            case .ipAddress: IPText.canonicalAddressErrors(name)
            }
        }

        /// A prefix of a DNS name may end with a hyphen: five more characters follow.
        func errors(prefix: String) -> [String] {
            switch self {
            case .dnsLabel, .elderDNSLabel, .dnsSubdomain:
                prefix.count > 1 && prefix.last == "-"
                    ? errors(prefix.dropLast(2) + "a") : errors(prefix)
            case .pathSegment, .ipAddress: errors(prefix)
            }
        }
    }

    /// Of a new object; its name has been generated already if it had only a `generateName`.
    static func createErrors(
        _ metadata: ObjectMeta, _ form: NameForm, isNamespaced: Bool
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if !metadata.generateName.isEmpty {
            errors += FieldError.invalid(
                path.child("generateName"), metadata.generateName,
                all: form.errors(prefix: metadata.generateName))
        }
        if metadata.name.isEmpty {
            errors.append(.required(path.child("name"), "name or generateName is required"))
        } else {
            errors += FieldError.invalid(
                path.child("name"), metadata.name, all: form.errors(metadata.name))
        }
        return errors + namespaceErrors(metadata.namespace, isNamespaced) + commonErrors(metadata)
    }

    private static func namespaceErrors(_ name: String, _ isNamespaced: Bool) -> [FieldError] {
        let path = path.child("namespace")
        if !isNamespaced {
            return name.isEmpty ? [] : [.forbidden(path, "not allowed on this type")]
        }
        return name.isEmpty
            ? [.required(path)]
            : FieldError.invalid(path, name, all: Names.dnsLabelErrors(name))
    }

    /// Of an object that replaces `old`.
    static func updateErrors(_ metadata: ObjectMeta, replacing old: ObjectMeta) -> [FieldError] {
        var errors: [FieldError] = []
        if old.deletionTimestamp != nil {
            let added = Set(metadata.finalizers).subtracting(old.finalizers).sorted()
            if !added.isEmpty {
                let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
                errors.append(
                    .forbidden(
                        path.child("finalizers"),
                        "no new finalizers can be added if the object is being deleted, "
                            + "found new finalizers []string{\(list)}"))
            }
        }
        errors += immutable("name", metadata.name, old.name)
        errors += immutable("namespace", metadata.namespace, old.namespace)
        errors += immutable("uid", metadata.uid, old.uid)
        errors += immutable("creationTimestamp", metadata.creationTimestamp, old.creationTimestamp)
        errors += immutable("deletionTimestamp", metadata.deletionTimestamp, old.deletionTimestamp)
        if metadata.deletionGracePeriodSeconds != old.deletionGracePeriodSeconds {
            errors.append(
                .invalid(
                    path.child("deletionGracePeriodSeconds"),
                    metadata.deletionGracePeriodSeconds.map(JSON.integer) ?? .null,
                    "field is immutable"))
        }
        return errors + commonErrors(metadata)
    }

    private static func immutable(_ field: String, _ new: String?, _ old: String?) -> [FieldError] {
        guard new != old else { return [] }
        return [
            .invalid(path.child(field), new.map(JSON.string) ?? .null, "field is immutable")
        ]
    }

    private static func commonErrors(_ metadata: ObjectMeta) -> [FieldError] {
        labelErrors(metadata.labels, path.child("labels"))
            + annotationErrors(metadata.annotations)
            + ownerErrors(metadata.ownerReferences) + finalizerErrors(metadata.finalizers)
    }

    /// Names without a domain are Kubernetes' own.
    private static let finalizersOfKubernetes: Set = ["kubernetes", "orphan", "foregroundDeletion"]

    private static func finalizerErrors(_ finalizers: [String]) -> [FieldError] {
        let path = path.child("finalizers")
        var errors = finalizers.flatMap {
            FieldError.invalid(path, $0, all: Names.labelKeyErrors($0))
        }
        if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
            errors.append(
                .invalid(
                    path, .strings(finalizers),
                    "finalizer orphan and foregroundDeletion cannot be both set"))
        }
        for (index, name) in finalizers.enumerated()
        where !name.contains("/") && !finalizersOfKubernetes.contains(name) {
            errors.append(
                .invalid(
                    path[index], name,
                    "name is neither a standard finalizer name nor is it fully qualified"))
        }
        return errors
    }

    /// Of labels, and of what selects by them.
    static func labelErrors(_ labels: [String: String], _ path: FieldPath) -> [FieldError] {
        labels.sorted { $0.key < $1.key }.flatMap { key, value in
            FieldError.invalid(path, key, all: Names.labelKeyErrors(key))
                + FieldError.invalid(path, value, all: Names.labelValueErrors(value))
        }
    }

    private static func annotationErrors(_ annotations: [String: String]) -> [FieldError] {
        let path = path.child("annotations")
        var errors = annotations.keys.sorted().flatMap {
            FieldError.invalid(path, $0, all: Names.labelKeyErrors($0.lowercased()))
        }
        let size = annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if size > annotationLimit { errors.append(.tooLong(path, limit: annotationLimit)) }
        return errors
    }

    private static func ownerErrors(_ owners: [OwnerReference]) -> [FieldError] {
        let path = path.child("ownerReferences")
        var errors: [FieldError] = []
        for (index, owner) in owners.enumerated() {
            let members = [
                ("apiVersion", owner.apiVersion), ("kind", owner.kind), ("name", owner.name),
                ("uid", owner.uid),
            ]
            for (name, value) in members where value.isEmpty {
                errors.append(.required(path[index].child(name), "must not be empty"))
            }
        }
        let controllers = owners.filter(\.controller).map { "\($0.kind)/\($0.name)" }
        if controllers.count > 1 {
            errors.append(
                .invalid(
                    path, .array(owners.map(\.json)),
                    "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + "\(controllers[0]) and \(controllers[1])"))
        }
        return errors
    }
}
