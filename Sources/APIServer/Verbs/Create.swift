import KubeAPI
import Storage

extension ObjectStore {
    private static let generateAttempts = 8

    /// POST: stores a new object.
    /// - Parameter namespace: where it goes; "" for cluster-scoped objects.
    func create(
        _ resource: Resource, namespace: String, _ object: JSON, _ options: WriteOptions
    ) async throws(Status) -> Written {
        try checkNew(object, namespace)
        var (object, warnings) = try check(object, resource, options)
        guard resource.isNamespaced else {
            return try await insertNamed(resource, object, options, warnings)
        }
        object["metadata"]?["namespace"] = .string(namespace)
        return try await creations.run(in: namespace) { [object] () throws(Status) in
            try await checkNamespace(namespace, resource, object)
            return try await insertNamed(resource, object, options, warnings)
        }
    }

    /// Finds a name for an object that has none, and stores it.
    private func insertNamed(
        _ resource: Resource, _ object: JSON, _ options: WriteOptions, _ warnings: [String]
    ) async throws(Status) -> Written {
        var object = object
        let generateName = object.value(at: "metadata", "generateName")?.string ?? ""
        let isGenerated =
            (object.value(at: "metadata", "name")?.string ?? "").isEmpty && !generateName.isEmpty
        for attempt in 1... {
            if isGenerated {
                // An address has no room for a random part.
                let name =
                    resource == .ipAddresses
                    ? generateName : Metadata.name(generatedFrom: generateName)
                object["metadata"]?["name"] = .string(name)
            }
            do throws(Status) {
                var written = try await insert(resource, object, options)
                written.warnings = warnings + written.warnings
                return written
            } catch {
                guard error.reason == .alreadyExists, isGenerated else { throw error }
                if attempt == Self.generateAttempts { throw Self.noFreeName(error) }
            }
        }
        fatalError("the loop ends by return or throw")
    }

    /// What is there already, where the server chose the name: the client may try again.
    private static func noFreeName(_ status: Status) -> Status {
        var status = status
        status.message += ", the server was not able to generate a unique name for the object"
        status.details.retryAfterSeconds = 1
        return status
    }

    private func checkNew(_ object: JSON, _ namespace: String) throws(Status) {
        let metadata = object["metadata"]
        if let version = metadata?["resourceVersion"]?.string, !version.isEmpty {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        let stated = metadata?["namespace"]?.string ?? ""
        guard stated.isEmpty || stated == namespace else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
    }

    /// Content needs a namespace, and one that is not going away.
    private func checkNamespace(
        _ namespace: String, _ resource: Resource, _ object: JSON
    ) async throws(Status) {
        let stored = try await stored(.namespaces, ObjectName(namespace))
        let name = object.value(at: "metadata", "name")?.string ?? ""
        if try stored.json().value(at: "metadata", "deletionTimestamp") != nil {
            throw Status(
                .forbidden,
                "\(resource.qualifiedName) \"\(name)\" is forbidden: unable to create new content in namespace \(namespace) because it is being terminated",
                details: Status.Details(name: name, group: resource.group, kind: resource.plural))
        }
    }

    private func insert(
        _ resource: Resource, _ object: JSON, _ options: WriteOptions
    ) async throws(Status) -> Written {
        var object = object
        object["kind"] = .string(resource.kind)
        object["apiVersion"] = .string(resource.apiVersion)
        Metadata.begin(&object, of: resource, now: configuration.now())
        let name = ObjectMeta(json: object["metadata"] ?? [:]).objectName
        if try await find(resource, name) != nil { throw .alreadyExists(resource, name.name) }
        try own(&object, replacing: nil, resource, options)
        let result =
            switch resource {
            case .services: try await insert(service: object, name, options)
            case .ipAddresses: try await insert(address: object, name, options)
            default:
                try await insert(
                    prepared: preparation.create(object, resource), resource, name, options)
            }
        do throws(LogError) { return try result.get() } catch {
            if case .conflict = error { throw .alreadyExists(resource, name.name) }
            throw error.status
        }
    }

    private func insert(
        prepared object: JSON, _ resource: Resource, _ name: ObjectName, _ options: WriteOptions
    ) async -> Result<Written, LogError> {
        await store(resource, name, object, options).map { written in
            var written = written
            written.warnings = ObjectRules.warnings(object, resource, isNew: true)
            return written
        }
    }

    private func insert(
        service object: JSON, _ name: ObjectName, _ options: WriteOptions
    ) async throws(Status) -> Result<Written, LogError> {
        var service = Service(json: object)
        ServiceRules.prepareForCreate(&service)
        return try await services.write(service, replacing: nil, dryRun: options.dryRun) {
            admitted, addresses throws(Status) in
            try ServiceRules.createErrors(admitted, preparation.services)
                .check(.services, name.name)
            let stored = await store(
                .services, name, admitted.json, options, with: addresses)
            return stored.map { written in
                var written = written
                written.warnings = ServiceRules.warnings(admitted)
                return written
            }
        }
    }

    /// No Service gets the address from now on.
    private func insert(
        address object: JSON, _ name: ObjectName, _ options: WriteOptions
    ) async throws(Status) -> Result<Written, LogError> {
        let prepared = try preparation.create(object, .ipAddresses)
        return try await services.reserve(name.name, dryRun: options.dryRun) {
            await store(.ipAddresses, name, prepared, options)
        }
    }

    private func store(
        _ resource: Resource, _ name: ObjectName, _ object: JSON, _ options: WriteOptions,
        with addresses: AddressWrites = AddressWrites()
    ) async -> Result<Written, LogError> {
        if options.dryRun {
            return .success(Written(object: EncodedObject(object), isNew: true))
        }
        let write = Write(
            .put, resource.key(name), resource.encode(object), expecting: .absent)
        do throws(LogError) {
            let step = try await log.append(addresses.around(write))
            let stored = resource.shown(step[addresses.index])
            return .success(Written(object: stored.object, isNew: true))
        } catch {
            return .failure(error)
        }
    }
}
