// The questions of authorization/v1 as trees.

extension RequestAttributes {
    /// What the spec of a review asks about; one of the two kinds of attributes is there.
    package init(reviewed spec: JSON) {
        guard let wanted = spec["resourceAttributes"] else {
            let path = spec["nonResourceAttributes"] ?? .null
            self = .path(path.text("path"), verb: path.text("verb"))
            return
        }
        var attributes = ResourceAttributes(
            verb: wanted.text("verb"), group: wanted.text("group"),
            version: wanted.text("version"), resource: wanted.text("resource"),
            subresource: wanted.text("subresource"), namespace: wanted.text("namespace"),
            name: wanted.text("name"))
        let isNamespace = attributes.group.isEmpty && attributes.resource == "namespaces"
        if isNamespace, attributes.namespace.isEmpty { attributes.namespace = attributes.name }
        self = .resource(attributes)
    }
}

extension UserInfo {
    /// Whom the spec of a SubjectAccessReview asks about.
    package init(reviewed spec: JSON) {
        self.init(spec.text("user"), uid: spec.text("uid"), groups: spec.texts("groups"))
    }
}

extension PolicyRule {
    /// A ResourceRule or a NonResourceRule.
    package var reviewJSON: JSON {
        var members = Members()
        members.set("verbs", verbs)
        members.set("apiGroups", groups)
        members.set("resources", resources)
        members.set("resourceNames", names)
        members.set("nonResourceURLs", paths)
        return members.json
    }
}

/// What a review must look like (Kubernetes, pkg/apis/authorization/validation/validation.go).
package enum ReviewRules {
    /// What is wrong with a review of access.
    package static func errors(_ review: JSON, _ resource: Resource) -> [FieldError] {
        let spec = review["spec"] ?? [:]
        var errors = attributeErrors(spec)
        let needsSubject = resource != .selfSubjectAccessReviews
        if needsSubject, spec.text("user").isEmpty, spec.texts("groups").isEmpty {
            errors.append(
                .invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        let isLocal = resource == .localSubjectAccessReviews
        errors += metadataErrors(review, isLocal: isLocal)
        if isLocal { errors += localErrors(spec, review["metadata"]?.text("namespace") ?? "") }
        return errors
    }

    private static func attributeErrors(_ spec: JSON) -> [FieldError] {
        let (resource, path) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        if resource != nil, let path {
            return [
                .invalid(
                    "spec.nonResourceAttributes", path,
                    "cannot be specified in combination with resourceAttributes")
            ]
        }
        guard resource == nil, path == nil else { return [] }
        return [
            .invalid(
                "spec.resourceAttributes", .null,
                "exactly one of nonResourceAttributes or resourceAttributes must be specified")
        ]
    }

    private static func metadataErrors(_ review: JSON, isLocal: Bool) -> [FieldError] {
        var metadata = review["metadata"]?.object ?? [:]
        metadata["managedFields"] = nil
        metadata["creationTimestamp"] = nil
        var rest = metadata
        if isLocal { rest["namespace"] = nil }
        let why = isLocal ? "must be empty except for namespace" : "must be empty"
        return rest.isEmpty ? [] : [.invalid("metadata", .object(metadata), why)]
    }

    /// A local review asks about its own namespace.
    private static func localErrors(_ spec: JSON, _ namespace: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let wanted = spec["resourceAttributes"], wanted.text("namespace") != namespace {
            errors.append(
                .invalid(
                    "spec.resourceAttributes.namespace", .string(wanted.text("namespace")),
                    "must match metadata.namespace"))
        }
        if let path = spec["nonResourceAttributes"] {
            errors.append(
                .invalid(
                    "spec.nonResourceAttributes", path, "disallowed on this kind of request"))
        }
        return errors
    }
}
