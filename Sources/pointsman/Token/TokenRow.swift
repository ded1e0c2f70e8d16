import KubeAPI

/// A token as commands show it.
struct TokenRow {
    let name: String
    let role: String
    /// nil: everywhere.
    let namespace: String?
    let created: String
    /// nil: never.
    let expires: String?

    init(_ token: JSON) {
        func text(_ part: String, _ key: String) -> String? {
            token.value(at: part, key)?.string
        }
        name = text("metadata", "name") ?? ""
        role = text("spec", "role") ?? ""
        namespace = text("spec", "namespace")
        created = text("metadata", "creationTimestamp") ?? ""
        expires = text("spec", "expirationTimestamp")
    }

    var json: JSON {
        var json: JSON = ["name": .string(name), "role": .string(role)]
        if let namespace { json["namespace"] = .string(namespace) }
        json["created"] = .string(created)
        if let expires { json["expires"] = .string(expires) }
        return json
    }

    static let heading = ["NAME", "ROLE", "NAMESPACE", "CREATED", "EXPIRES"]

    func cells(now: Timestamp) -> [String] {
        let hasExpired = expires.flatMap { Timestamp($0) }.map { $0 <= now } ?? false
        let end = expires.map { hasExpired ? "\($0) (expired)" : $0 }
        return [name, role, namespace ?? "*", created, end ?? "never"]
    }
}
