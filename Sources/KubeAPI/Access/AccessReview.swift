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
    /// - Parameter needsSubject: it asks about somebody who has to be named.
    package static func errors(_ review: JSON, needsSubject: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        let spec = review["spec"] ?? [:]
        let (resource, path) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        if resource != nil, let path {
            errors.append(
                .invalid(
                    "spec.nonResourceAttributes", path,
                    "cannot be specified in combination with resourceAttributes"))
        } else if resource == nil, path == nil {
            errors.append(
                .invalid(
                    "spec.resourceAttributes", .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        }
        if needsSubject, spec.text("user").isEmpty, spec.texts("groups").isEmpty {
            errors.append(
                .invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        var metadata = review["metadata"]?.object ?? [:]
        metadata["managedFields"] = nil
        metadata["creationTimestamp"] = nil
        if !metadata.isEmpty {
            errors.append(.invalid("metadata", .object(metadata), "must be empty"))
        }
        return errors
    }
}
