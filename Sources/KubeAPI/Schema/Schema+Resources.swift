extension Resource {
    /// What an object of this resource may hold; nil for a resource without a table.
    package var schema: Schema? { Schema.byKind["\(apiVersion)/\(kind)"] }
}

extension Schema {
    /// The kinds with a table, by `apiVersion/kind`.
    static let byKind: [String: Schema] = [
        "v1/Service": service
    ]
}
