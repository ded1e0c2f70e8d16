/// What one server-side apply asks for.
package struct AppliedConfiguration: Sendable {
    /// The object as its writer wants it: the fields that it has an opinion on.
    package var object: JSON
    package var manager: String
    /// Takes fields from those who own them.
    package var force: Bool

    package init(object: JSON, manager: String, force: Bool = false) {
        self.object = object
        self.manager = manager
        self.force = force
    }
}

extension FieldOwnership {
    /// The object after an apply, with what each writer owns of it.
    ///
    /// - Parameters:
    ///   - live: the stored object; nil where there is none.
    ///   - now: RFC 3339 text.
    /// - Throws: 409 for fields that others own and that would change; 400 and 500 for what cannot be applied.
    package func apply(
        _ configuration: AppliedConfiguration, to live: JSON?, now: String
    ) throws(Status) -> JSON {
        try check(configuration.object)
        let stored = live?.value(at: "metadata", "managedFields")
        let managed = known(stored, of: live, now: now)
        var request = Request(
            live: live.map(Self.withoutManagedFields) ?? emptyObject,
            applied: configuration.object, managed: managed, force: configuration.force)
        let result: Result
        do throws(ApplyConflict) {
            result = try merge(request, configuration.manager, now: now)
        } catch {
            let conflict = remaining(of: error, request, configuration.manager)
            if let conflict { throw conflict.status }
            request.force = true
            do throws(ApplyConflict) {
                result = try merge(request, configuration.manager, now: now)
            } catch { throw error.status }
        }
        var object = result.object
        if configuration.manager == LastApplied.manager {
            LastApplied.refresh(&object, configuration.object)
        }
        if let json = result.managed.json {
            if object["metadata"] == nil { object["metadata"] = [:] }
            object["metadata"]?["managedFields"] = json
        }
        return object
    }

    private func check(_ object: JSON) throws(Status) {
        let apiVersion = object["apiVersion"]?.string ?? ""
        let kind = object["kind"]?.string ?? ""
        guard apiVersion == resource.apiVersion, kind == resource.kind else {
            let version = apiVersion.contains("/") ? apiVersion : "/\(apiVersion)"
            throw .badRequest("invalid object type: \(version), Kind=\(kind)")
        }
        if object.value(at: "metadata", "managedFields")?.array != nil {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let errors = AppliedCheck(object, schema).errors
        guard !errors.isEmpty else { return }
        let metadata = object["metadata"]
        let name =
            "\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
        let list =
            errors.count == 1
            ? errors[0]
            : (["errors:"] + errors.map { "  \($0)" })
                .joined(separator: "\n")
        throw Status(
            .unknown,
            "failed to create typed patch object (\(name); "
                + "\(resource.group)/\(resource.version), Kind=\(resource.kind)): \(list)")
    }

    /// Who owns what of the live object. Before the first apply nobody may have been counted.
    private func known(_ stored: JSON?, of live: JSON?, now: String) -> ManagedFields {
        var managed = (try? ManagedFields(json: stored)) ?? ManagedFields()
        drop(&managed)
        guard managed.isEmpty, let live else { return managed }
        let comparison = FieldComparison(
            from: emptyObject, to: Self.withoutManagedFields(live), schema
        ).excluding(reset)
        let former = writer("before-first-apply", .update)
        managed[former] = owned(comparison.changed)
        managed.setTime(now, of: former)
        return managed
    }

    /// What of a conflict is left to tell: kubectl may change what it wrote by client-side apply.
    private func remaining(
        of conflict: ApplyConflict, _ request: Request, _ manager: String
    ) -> ApplyConflict? {
        guard manager == LastApplied.manager,
            let own = LastApplied.fields(of: request.live, resource, schema)
        else { return conflict }
        return conflict.subtracting(own)
    }
}

// MARK: - Merging

extension FieldOwnership {
    private struct Request {
        var live: JSON
        var applied: JSON
        var managed: ManagedFields
        var force: Bool
    }

    private struct Result {
        var object: JSON
        var managed: ManagedFields
    }

    private var shape: FieldShape { .object(schema) }

    private func merge(
        _ request: Request, _ manager: String, now: String
    ) throws(ApplyConflict) -> Result {
        let writer = writer(manager, .apply)
        var managed = request.managed
        let last = managed.entries.first { $0.writer == writer && isComparable($0.writer) }
        let applied = FieldSet(of: request.applied, shape).subtracting(treesOf: reset)
        managed[writer] = applied
        var object = AppliedMerge.merge(request.applied, into: request.live, shape)
        object = pruned(object, managed, last: last?.fields ?? FieldSet())
        let comparison = FieldComparison(from: request.live, to: object, schema)
            .excluding(reset)
        let conflicts = conflicts(managed, comparison.changed, with: writer)
        if !request.force, let conflicts { throw conflicts }
        let others = { (other: ManagedFieldsEntry.Writer) in
            other != writer && isComparable(other)
        }
        managed.subtract(comparison.changed.union(comparison.removed), from: others)
        managed[writer] = owned(applied)
        if object != request.live { managed.setTime(now, of: writer) }
        return Result(object: object, managed: managed)
    }

    private func conflicts(
        _ managed: ManagedFields, _ changed: FieldSet, with writer: ManagedFieldsEntry.Writer
    ) -> ApplyConflict? {
        let owners = managed.entries.filter { $0.writer != writer && isComparable($0.writer) }
            .map { (writer: $0.writer, fields: $0.fields.intersection(changed)) }
            .filter { !$0.fields.isEmpty }
        return owners.isEmpty ? nil : ApplyConflict(owners)
    }

    /// Removes what the writer applied the last time, does not apply now, and nobody else owns.
    private func pruned(_ merged: JSON, _ managed: ManagedFields, last: FieldSet) -> JSON {
        if last.isEmpty { return merged }
        let last = last.withDeclaredFields(shape)
        let all = FieldSet(of: merged, shape).withDeclaredFields(shape)
        var owned = FieldSet()
        for entry in managed.entries where isComparable(entry.writer) {
            owned = owned.union(entry.fields)
        }
        // First without all that was applied, then with what somebody owns again …
        let bare = FieldSet(of: merged.removing(last, shape), shape).withDeclaredFields(shape)
        let kept = bare.union(owned.withDeclaredFields(shape))
        let restored = merged.removing(all.subtracting(kept), shape)
        // … and at last with what was never this writer's to remove.
        let rest = FieldSet(of: restored, shape).withDeclaredFields(shape)
        return merged.removing(all.subtracting(rest).intersection(last), shape)
    }
}
