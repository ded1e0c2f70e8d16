import KubeAPI

extension ObjectStore {
    /// Keeps `metadata.managedFields` of an object that will be stored.
    /// - Parameter old: what it replaces; nil for a new one.
    func own(
        _ object: inout JSON, replacing old: JSON?, _ resource: Resource, _ options: WriteOptions
    ) throws(Status) {
        switch options.ownership {
        case .stated: return
        case .uncounted:
            object["metadata"]?["managedFields"] = old?.value(at: "metadata", "managedFields")
        case .manager(let manager):
            guard let ownership = FieldOwnership(resource, subresource: options.subresource)
            else { return }
            ObjectRules.applyDefaults(&object, resource)
            ownership.update(
                &object, replacing: old, manager: manager,
                now: configuration.now().description)
        }
        try ManagedFields.errors(object.value(at: "metadata", "managedFields"))
            .check(resource, object.value(at: "metadata", "name")?.string ?? "")
    }

    /// Whether an object says the same as the stored one: when its fields were last written is no difference.
    static func isUnchanged(_ object: JSON, _ old: JSON) -> Bool {
        if object == old { return true }
        let managed = object.value(at: "metadata", "managedFields")
        let stored = old.value(at: "metadata", "managedFields")
        guard managed != stored, ManagedFields.areEqual(managed, stored) else { return false }
        var object = object
        object["metadata"]?["managedFields"] = stored
        return object == old
    }
}
