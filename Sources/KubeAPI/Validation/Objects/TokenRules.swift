/// The rules of pointsman.dev/v1 Token, on the tree.
package enum TokenRules {
    /// A hundred years: beyond that the moment of the end has no text.
    private static let longest: Int64 = 100 * 365 * 86_400

    /// What is wrong with what a client sends: it may not say what the server makes.
    package static func requestErrors(_ token: JSON) -> [FieldError] {
        var errors: [FieldError] = []
        let given = [
            ("spec.expirationTimestamp", token.value(at: "spec", "expirationTimestamp")),
            ("spec.sha256", token.value(at: "spec", "sha256")), ("status", token["status"]),
        ]
        for case (let path, .some) in given {
            errors.append(.forbidden(FieldPath(stringLiteral: path), "is set by the server"))
        }
        if token.value(at: "metadata", "name")?.string?.isEmpty != false {
            errors.append(.required("metadata.name"))
        }
        return errors + expirationErrors(token)
    }

    package static func createErrors(_ token: JSON) -> [FieldError] {
        let metadata = ObjectMeta(json: token["metadata"] ?? .null)
        var errors = MetadataRules.createErrors(metadata, .dnsSubdomain, isNamespaced: false)
        let text = token.value(at: "spec", "role")?.string ?? ""
        let role = Role(rawValue: text)
        if text.isEmpty {
            errors.append(.required("spec.role"))
        } else if role == nil {
            errors.append(
                .notSupported("spec.role", text, supported: Role.allCases.map(\.rawValue).sorted()))
        }
        if let namespace = token.value(at: "spec", "namespace")?.string {
            errors += FieldError.invalid(
                "spec.namespace", namespace, all: Names.dnsLabelErrors(namespace))
            if let role, !role.canBeNamespaced {
                errors.append(
                    .forbidden("spec.namespace", "only edit and view hold in one namespace"))
            }
        }
        if Token(json: token).hash.isEmpty { errors.append(.required("spec.sha256")) }
        return errors + expirationErrors(token)
    }

    private static func expirationErrors(_ token: JSON) -> [FieldError] {
        guard let seconds = token.value(at: "spec", "expirationSeconds")?.integer,
            !(1...longest).contains(seconds)
        else { return [] }
        return [
            .invalid(
                "spec.expirationSeconds", .integer(seconds),
                "must be between 1 and \(longest), inclusive")
        ]
    }
}
