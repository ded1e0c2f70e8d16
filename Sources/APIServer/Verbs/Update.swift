import KubeAPI
import Storage

extension ObjectStore {
    /// PUT: replaces an object. A Service that does not exist is created.
    /// - Parameter name: of the URL; the object's own must agree with it.
    func update(
        _ resource: Resource, _ name: ObjectName, _ object: JSON, _ options: WriteOptions
    ) async throws(Status) -> Written {
        try Self.checkName(object, resource, name)
        if resource.isCreatedByUpdate, options.subresource == nil,
            try await find(resource, name) == nil
        {
            let version = object.value(at: "metadata", "resourceVersion")?.string ?? ""
            guard version.isEmpty else { throw .conflict(resource, name.name) }
            return try await create(resource, namespace: name.namespace, object, options)
        }
        try Self.checkConditional(object, resource, name)
        let (checked, warnings) = try check(object, resource, options)
        var written = try await change(resource, name, options) { _ in checked }
        written.warnings = warnings + written.warnings
        return written
    }

    /// PATCH: changes an object as the patch says, on its newest state.
    func patch(
        _ resource: Resource, _ name: ObjectName, _ patch: Patch, _ options: WriteOptions
    ) async throws(Status) -> Written {
        var warnings: [String] = []
        var written = try await change(resource, name, options) { old throws(Status) in
            var patched = try patch.apply(to: old, resource: resource)
            Self.unpin(&patched, from: old)
            try Self.checkKind(patched, resource)
            try Self.checkName(patched, resource, name)
            do throws(DecodingFailure) {
                (patched, warnings) = try SchemaCheck(patched, as: resource).accept(
                    patched: options.fieldValidation, problems: options.duplicateFields)
            } catch {
                throw patch.unreadable(patched, error)
            }
            return patched
        }
        written.warnings = warnings + written.warnings
        return written
    }

    /// A patch that does not name a resourceVersion builds on whatever is there.
    static func unpin(_ patched: inout JSON, from old: JSON) {
        let version = patched.value(at: "metadata", "resourceVersion")
        if version == old.value(at: "metadata", "resourceVersion") {
            patched["metadata"]?["resourceVersion"] = nil
        }
    }

    /// Holds an object against its kind's schema: the object without what the kind does not have, and warnings.
    func check(
        _ object: JSON, _ resource: Resource, _ options: WriteOptions
    ) throws(Status) -> (JSON, [String]) {
        try SchemaCheck(object, as: resource).accept(
            resource, mode: options.fieldValidation, duplicates: options.duplicateFields)
    }

    /// Reads, changes and writes an object, again when another writer was faster and the change does not name
    /// the state that it builds on. The writers of one object take turns: else each of many would do its work again
    /// for every one that is faster.
    func change(
        _ resource: Resource, _ name: ObjectName, _ options: WriteOptions,
        _ edit: (JSON) throws(Status) -> JSON
    ) async throws(Status) -> Written {
        try await inTurn(resource, name) { () throws(Status) in
            let present = try await stored(resource, name)
            let old = try present.json()
            let new = try edit(old)
            let isConditional = try Self.checkPreconditions(new, old, resource, name)
            switch try await replace(present, old, new, resource, name, options) {
            case .success(let written): return written
            case .failure(.conflict):
                if isConditional { throw .conflict(resource, name.name) }
                return nil
            case .failure(let error): throw error.status
            }
        }
    }

    /// Tries until another writer is not faster. Even in turn there may be one: who writes two objects in one step,
    /// such as a Service that takes its Endpoints with it, has the turn of the first.
    func inTurn<Value: Sendable>(
        _ resource: Resource, _ name: ObjectName,
        _ attempt: () async throws(Status) -> Value?
    ) async throws(Status) -> Value {
        try await turns.withTurn(resource.key(name)) { () throws(Status) in
            while true {
                if let value = try await attempt() { return value }
            }
        }
    }

    /// The outer error is the API's, the inner one the log's.
    private func replace(
        _ present: StoredValue, _ old: JSON, _ new: JSON, _ resource: Resource, _ name: ObjectName,
        _ options: WriteOptions
    ) async throws(Status) -> Result<Written, LogError> {
        var new = new
        new["kind"] = .string(resource.kind)
        new["apiVersion"] = .string(resource.apiVersion)
        if resource.isNamespaced { new["metadata"]?["namespace"] = .string(name.namespace) }
        Metadata.carry(&new, from: old)
        try own(&new, replacing: old, resource, options)
        if resource == .services {
            return try await replace(service: new, present, old, name, options)
        }
        let prepared = try preparation.update(new, old, resource, options.subresource)
        let answer =
            if resource == .ipAddresses, Metadata.isGone(prepared), !options.dryRun {
                try await release(address: name) {
                    await write(present, old, prepared, resource, name, options)
                }
            } else {
                await write(present, old, prepared, resource, name, options)
            }
        return answer.map { written in
            var written = written
            written.warnings = ObjectRules.warnings(prepared, resource, isNew: false)
            return written
        }
    }

    private func replace(
        service object: JSON, _ present: StoredValue, _ old: JSON, _ name: ObjectName,
        _ options: WriteOptions
    ) async throws(Status) -> Result<Written, LogError> {
        var service = Service(json: object)
        let before = Service(json: old)
        guard options.subresource == nil else {
            ServiceRules.prepareForStatusUpdate(&service, replacing: before)
            try ServiceRules.statusUpdateErrors(service, replacing: before, preparation.services)
                .check(.services, name.name)
            return try await services.settle(
                service, isGone: service.isGone && !options.dryRun
            ) {
                await write(present, old, service.json, .services, name, options, with: $0)
            }
        }
        ServiceRules.prepareForUpdate(&service, replacing: before)
        return try await services.write(service, replacing: before, dryRun: options.dryRun) {
            admitted, addresses throws(Status) in
            try ServiceRules.updateErrors(admitted, replacing: before, preparation.services)
                .check(.services, name.name)
            return await write(
                present, old, admitted.json, .services, name, options, with: addresses
            )
            .map { written in
                Written(object: written.object, warnings: ServiceRules.warnings(admitted))
            }
        }
    }

    private func write(
        _ present: StoredValue, _ old: JSON, _ object: JSON, _ resource: Resource,
        _ name: ObjectName, _ options: WriteOptions, with addresses: AddressWrites = AddressWrites()
    ) async -> Result<Written, LogError> {
        var object = object
        Metadata.count(&object, from: old, of: resource)
        // What changes nothing is not written: no event, no new resourceVersion.
        if Self.isUnchanged(object, old) { return .success(Written(object: present.object)) }
        if options.dryRun { return .success(Written(object: EncodedObject(object))) }
        let write = Write(
            Metadata.isGone(object) ? .delete : .put, resource.key(name),
            resource.encode(object), expecting: .revision(present.revision))
        do throws(LogError) {
            let step = try await log.append(addresses.around(write))
            return .success(Written(object: resource.shown(step[addresses.index]).object))
        } catch {
            return .failure(error)
        }
    }

    /// A patch cannot make another kind of an object.
    static func checkKind(_ object: JSON, _ resource: Resource) throws(Status) {
        let kind = object["kind"]?.string ?? ""
        let version = object["apiVersion"]?.string ?? ""
        guard kind == resource.kind, version == resource.apiVersion else {
            throw .badRequest(
                "\(kind) in version \"\(version)\" cannot be handled as a \(resource.kind)")
        }
    }

    static func checkName(
        _ object: JSON, _ resource: Resource, _ name: ObjectName
    ) throws(Status) {
        let metadata = object["metadata"]
        let stated = metadata?["name"]?.string ?? ""
        guard stated == name.name else {
            throw .badRequest(
                stated.isEmpty
                    ? "name must be provided"
                    : "the name of the object (\(stated)) does not match the name on the URL (\(name.name))"
            )
        }
        let namespace = metadata?["namespace"]?.string ?? ""
        guard namespace.isEmpty || namespace == name.namespace else {
            throw .badRequest(
                "the namespace of the object (\(namespace)) does not match the namespace on the request (\(name.namespace))"
            )
        }
    }

    /// A Lease is replaced only by who says which state of it he has seen.
    private static func checkConditional(
        _ object: JSON, _ resource: Resource, _ name: ObjectName
    ) throws(Status) {
        let version = object.value(at: "metadata", "resourceVersion")?.string ?? ""
        guard resource == .leases, version.isEmpty || version == "0" else { return }
        let cause = Status.Cause(
            reason: FieldError.Kind.invalid.rawValue,
            message: "Invalid value: 0x0: must be specified for an update",
            field: "metadata.resourceVersion")
        var details = Status.Details(
            name: name.name, group: resource.group, kind: resource.plural)
        details.causes = [cause]
        throw Status(
            .invalid,
            "\(resource.qualifiedName) \"\(name.name)\" is invalid: \(cause.field): \(cause.message)",
            details: details)
    }

    /// Whether the object names the state that it replaces.
    private static func checkPreconditions(
        _ new: JSON, _ old: JSON, _ resource: Resource, _ name: ObjectName
    ) throws(Status) -> Bool {
        let oldUID = old.value(at: "metadata", "uid")?.string ?? ""
        let uid = new.value(at: "metadata", "uid")?.string ?? ""
        guard uid.isEmpty || uid == oldUID else {
            throw .conflict(
                resource, name.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(oldUID)")
        }
        let version = new.value(at: "metadata", "resourceVersion")?.string ?? ""
        if version.isEmpty || version == "0" { return false }
        guard version == old.value(at: "metadata", "resourceVersion")?.string else {
            throw .conflict(resource, name.name)
        }
        return true
    }
}

extension Resource {
    /// A PUT makes the object that is not there.
    fileprivate var isCreatedByUpdate: Bool {
        [.services, .endpoints, .events, .groupEvents, .leases].contains(self)
    }
}
