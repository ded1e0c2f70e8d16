import KubeAPI

/// One request for a resource: from HTTP to a verb of the store, and back.
struct ResourceRoutes: Sendable {
    let store: ObjectStore
    let request: APIRequest
    let target: Target

    private var resource: Resource { target.resource }
    private var now: Timestamp { store.configuration.now() }

    func respond() async throws(Status) -> APIResponse {
        var response = try await route()
        if let deprecation = resource.deprecation { response.warnings.insert(deprecation, at: 0) }
        return response
    }

    private func route() async throws(Status) -> APIResponse {
        if target.subresource == nil, target.name == nil { return try await collection() }
        switch request.method {
        case "GET", "HEAD":
            if isWatch { return try await watch(named: target.name) }
            return try answer(try await store.stored(resource, target.objectName).object)
        case "PUT": return try await update()
        case "PATCH": return try await patch()
        case "DELETE" where target.subresource == nil: return try await delete()
        default: throw .badMethod(request)
        }
    }

    private func collection() async throws(Status) -> APIResponse {
        guard target.methods.contains(request.method) else { throw .badMethod(request) }
        switch request.method {
        case "GET", "HEAD":
            if isWatch { return try await watch(named: nil) }
            // Many objects take their time: not that of the connections of this event loop.
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                () async throws(Status) in try await list()
            }
        case "POST": return try await create()
        case "DELETE": return try await deleteCollection()
        default: throw .badMethod(request)
        }
    }

    private var isWatch: Bool { request.isWatch }

    // MARK: Reading

    private func list() async throws(Status) -> APIResponse {
        let form = try ObjectForm(request)
        let list = try ListRequest(resource, namespace: target.namespace, request.query)
        let page = try await store.list(resource, list)
        return APIResponse(bytes: form.encode(page, of: resource, now: now))
    }

    /// - Parameter name: watches this object alone.
    private func watch(named name: String?) async throws(Status) -> APIResponse {
        // A stream of YAML there is not.
        if MediaType.isYAMLPreferred(request.accept) { throw .notAcceptable }
        let form = try ObjectForm(request)
        var watch = try WatchRequest(resource, namespace: target.namespace, request.query)
        if let name {
            watch.selection.fields = try FieldSelector(
                parsing: "metadata.name=\(name)", for: resource)
        }
        let open: ObjectWatch
        do throws(Status) { open = try await store.watch(resource, watch) } catch {
            // Too old is told inside the stream, as a watch that was cut off would tell it.
            guard error.reason == .expired else { throw error }
            let line = ObjectEvent.Kind.line("ERROR", error.json.encoded())
            return APIResponse(bytes: line)
        }
        let sharing = WatchStream.Sharing(selection: watch.selection) {
            [store, resource, watch] revision throws(Status) in
            var again = watch
            again.start = .after(revision)
            return try await store.watch(resource, again)
        }
        let stream = WatchStream(
            open, of: resource, as: form, timeoutSeconds: watch.timeoutSeconds, sharing: sharing,
            store.configuration)
        return APIResponse(stream: stream, contentType: "application/json")
    }

    private func answer(
        _ object: EncodedObject, code: Int = 200, warnings: [String] = []
    ) throws(Status) -> APIResponse {
        let form = try ObjectForm(request)
        var response = APIResponse(code, bytes: form.encode(object, of: resource, now: now))
        response.warnings = warnings
        return response
    }

    // MARK: Writing

    private func create() async throws(Status) -> APIResponse {
        _ = try ObjectForm(request)
        let (object, options) = try body(.create)
        let written =
            if resource == .tokens {
                try await store.issueToken(object, options)
            } else {
                try await store.create(
                    resource, namespace: target.namespace ?? "", object, options)
            }
        return try answer(written.object, code: 201, warnings: written.warnings)
    }

    private func update() async throws(Status) -> APIResponse {
        _ = try ObjectForm(request)
        let (object, options) = try body(.update)
        let written = try await store.update(resource, target.objectName, object, options)
        return try answer(
            written.object, code: written.isNew ? 201 : 200, warnings: written.warnings)
    }

    private func patch() async throws(Status) -> APIResponse {
        _ = try ObjectForm(request)
        let type = MediaType(parsing: request.contentType).name
        if type == AppliedConfiguration.contentType { return try await apply() }
        var problems: [String] = []
        let patch = try Patch(contentType: type, body: request.body, problems: &problems)
        var options = try WriteQuery(request).options(.patch, target.subresource)
        options.duplicateFields = problems
        let written = try await store.patch(resource, target.objectName, patch, options)
        return try answer(written.object, warnings: written.warnings)
    }

    private func apply() async throws(Status) -> APIResponse {
        let query = WriteQuery(request)
        let options = try query.options(.apply, target.subresource)
        var texts: [String] = []
        let object = try RequestBody(request).applied(&texts)
        let configuration = AppliedConfiguration(
            object: object, manager: query.fieldManager, force: query.force)
        var written = try await store.apply(
            resource, target.objectName, configuration, options)
        written.warnings = texts + written.warnings
        return try answer(
            written.object, code: written.isNew ? 201 : 200, warnings: written.warnings)
    }

    private func delete() async throws(Status) -> APIResponse {
        let form = try ObjectForm(request)
        let options = try RequestBody(request).deleteOptions()
        let deletion = try await store.delete(resource, target.objectName, options)
        // Who can still be seen is shown; of the others kubectl expects a Status.
        if case .gone(let object) = deletion, resource != .pods {
            return APIResponse(json: Self.success(object, resource))
        }
        var code = 200
        if case .terminating = deletion, options.orphanDependents == false { code = 202 }
        return APIResponse(code, bytes: form.encode(deletion.object, of: resource, now: now))
    }

    private func deleteCollection() async throws(Status) -> APIResponse {
        let form = try ObjectForm(request)
        let list = try ListRequest(resource, namespace: target.namespace, request.query)
        let options = try RequestBody(request).deleteOptions()
        let page = try await store.deleteCollection(resource, list, options)
        return APIResponse(bytes: form.encode(page, of: resource, now: now))
    }

    private static func success(_ object: EncodedObject, _ resource: Resource) -> JSON {
        let metadata = (try? object.json())?["metadata"]
        var details: JSON = ["name": metadata?["name"] ?? "", "kind": .string(resource.plural)]
        if !resource.group.isEmpty { details["group"] = .string(resource.group) }
        details["uid"] = metadata?["uid"]
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
            "details": details,
        ]
    }

    private func body(_ verb: WriteQuery.Verb) throws(Status) -> (JSON, WriteOptions) {
        var options = try WriteQuery(request).options(verb, target.subresource)
        let object = try RequestBody(request).object(
            resource, duplicates: &options.duplicateFields)
        return (object, options)
    }
}

extension Resource {
    /// What every client of a deprecated kind is told.
    fileprivate var deprecation: String? {
        self == .endpoints
            ? "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice" : nil
    }
}
