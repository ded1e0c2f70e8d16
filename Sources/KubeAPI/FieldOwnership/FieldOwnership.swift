/// Keeps `metadata.managedFields` of the objects of one resource, and merges what is applied to them.
///
/// Source: Kubernetes, "Server-Side Apply"; structured-merge-diff.
package struct FieldOwnership: Sendable {
    let resource: Resource
    let schema: Schema
    /// "" for the main resource.
    let subresource: String

    /// nil for a resource of which no schema says what its fields are.
    package init?(_ resource: Resource, subresource: String?) {
        guard let schema = resource.schema else { return nil }
        self.resource = resource
        self.schema = schema
        self.subresource = subresource ?? ""
    }

    func writer(
        _ manager: String, _ operation: ManagedFieldsEntry.Operation
    ) -> ManagedFieldsEntry.Writer {
        ManagedFieldsEntry.Writer(
            manager: manager.isEmpty ? "unknown" : manager, operation: operation,
            apiVersion: resource.apiVersion, subresource: subresource)
    }

    /// What nobody owns: the server says it.
    private static let unowned: FieldSet = {
        let metadata = [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName",
            "generation", "managedFields", "resourceVersion",
        ]
        let paths = [["apiVersion"], ["kind"], ["metadata"]] + metadata.map { ["metadata", $0] }
        return FieldSet(paths.map { $0.map(FieldElement.field) })
    }()

    /// What this way of writing does not change: the status by the main resource, the rest by the status.
    var reset: FieldSet {
        if subresource == "status" { return Self.allButStatus[resource.kind] ?? Self.spec }
        return resource.subresources.contains("status") ? Self.status : FieldSet()
    }

    private static let status = FieldSet([[.field("status")]])
    private static let spec = FieldSet([[.field("spec")]])
    private static let allButStatus = [
        "Pod": FieldSet([
            [.field("spec")], [.field("metadata"), .field("deletionTimestamp")],
            [.field("metadata"), .field("ownerReferences")],
        ])
    ]

    func owned(_ fields: FieldSet) -> FieldSet {
        fields.subtracting(treesOf: reset).subtracting(Self.unowned)
    }
}

// MARK: - Updates

extension FieldOwnership {
    /// Says who owns what after a create, update or patch.
    ///
    /// - Parameters:
    ///   - new: what will be stored, defaulted. Its own `managedFields` count where a client has changed them.
    ///   - old: what it replaces; nil for a create.
    ///   - now: RFC 3339 text.
    package func update(
        _ new: inout JSON, replacing old: JSON?, manager: String, now: String
    ) {
        let given = new.value(at: "metadata", "managedFields")
        let stored = old?.value(at: "metadata", "managedFields")
        new["metadata"]?["managedFields"] = nil
        let isUntouched = given == nil || given == stored || !subresource.isEmpty
        let known = isUntouched ? stored : given
        let isReset = subresource.isEmpty && ManagedFields.isReset(given)
        // Without entries nothing is counted but from the start of an object on.
        if old != nil, isReset || known?.array?.isEmpty != false { return }
        let comparison = FieldComparison(
            from: old.map(Self.withoutManagedFields) ?? emptyObject, to: new, schema
        ).excluding(reset)
        if comparison.isEmpty, isUntouched {
            new["metadata"]?["managedFields"] = stored
            return
        }
        let managed = isReset ? ManagedFields() : Self.entries(known, stored)
        if old != nil, managed.isEmpty { return }
        let json = updated(managed, by: comparison, writer(manager, .update), now: now).json
        if json != nil, new["metadata"] == nil { new["metadata"] = [:] }
        new["metadata"]?["managedFields"] = json
    }

    /// The entries that a client gives, or those that are stored where it gives none that can be read.
    private static func entries(_ given: JSON?, _ stored: JSON?) -> ManagedFields {
        if let managed = try? ManagedFields(json: given), !managed.isEmpty { return managed }
        return (try? ManagedFields(json: stored)) ?? ManagedFields()
    }

    private func updated(
        _ managed: ManagedFields, by comparison: FieldComparison,
        _ writer: ManagedFieldsEntry.Writer, now: String
    ) -> ManagedFields {
        var managed = managed
        drop(&managed)
        let changed = comparison.changed
        managed.subtract(changed.union(comparison.removed)) { isComparable($0) }
        let taken = owned(changed)
        if !taken.isEmpty {
            managed[writer] = managed[writer]?.union(taken) ?? taken
            managed.setTime(now, of: writer)
        }
        managed.mergeAncient()
        return managed
    }

    /// Whether the fields of an entry are named as this version of the kind names them.
    func isComparable(_ writer: ManagedFieldsEntry.Writer) -> Bool {
        writer.apiVersion == resource.apiVersion
    }

    /// Removes entries of versions that the kind does not have.
    func drop(_ managed: inout ManagedFields) {
        let versions = Set(
            Resource.all.filter { $0.kind == resource.kind }.map(\.apiVersion)
        ).union([resource.apiVersion])
        managed = ManagedFields(
            managed.entries.filter { versions.contains($0.writer.apiVersion) })
    }

    /// What an object is compared with that did not exist.
    var emptyObject: JSON {
        ["apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind)]
    }

    static func withoutManagedFields(_ object: JSON) -> JSON {
        var object = object
        object["metadata"]?["managedFields"] = nil
        return object
    }
}
