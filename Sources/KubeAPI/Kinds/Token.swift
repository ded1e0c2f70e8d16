/// A bearer token of the API, without the token itself: its holder alone has that.
package struct Token: Equatable, Sendable {
    package var metadata: ObjectMeta
    /// nil for a role that there is not.
    package var role: Role?
    /// The one namespace that the role holds in; nil: everywhere.
    package var namespace: String?
    /// When it ends; nil: when somebody revokes it.
    package var expiration: Timestamp?
    /// SHA-256 of the token; [] for what is not one.
    package var hash: [UInt8]

    package func isValid(at now: Timestamp) -> Bool {
        metadata.deletionTimestamp == nil && expiration.map { now < $0 } ?? true
    }

    /// Whom its holder is taken for; nil where it has no role.
    package var user: UserInfo? {
        role.map { role in
            UserInfo(
                "pointsman:token:\(metadata.name)", uid: metadata.uid,
                groups: [
                    RoleBinding(role, namespace: namespace).group, UserInfo.authenticated,
                ])
        }
    }
}

extension Token: KubeObject {
    package static var resource: Resource { .tokens }

    package init(json: JSON) {
        metadata = ObjectMeta(json: json["metadata"] ?? .null)
        let spec = json["spec"] ?? .null
        role = Role(rawValue: spec.text("role"))
        namespace = spec["namespace"]?.string
        expiration = spec["expirationTimestamp"]?.string.flatMap { Timestamp($0) }
        hash = Self.bytes(spec.text("sha256"))
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64, hexadecimal.utf8.count == 64 else { return [] }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
