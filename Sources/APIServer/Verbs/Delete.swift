import KubeAPI
import Storage

/// What became of an object that was to be deleted.
enum Deletion: Sendable {
    /// It is gone; this was its last state.
    case gone(EncodedObject)
    /// It is terminating: it waits for its grace period or its finalizers.
    case terminating(EncodedObject)

    var object: EncodedObject {
        switch self {
        case .gone(let object), .terminating(let object): object
        }
    }
}

extension ObjectStore {
    private static let defaultGracePeriod: Int64 = 30
    /// Namespaces that the system itself lives in.
    private static let permanentNamespaces: Set<String> = ["default", "kube-system"]

    /// DELETE of one object.
    func delete(
        _ resource: Resource, _ name: ObjectName, _ options: DeleteOptions
    ) async throws(Status) -> Deletion {
        try await inTurn(resource, name) { () throws(Status) in
            let present = try await stored(resource, name)
            let object = try present.json()
            try Self.check(options, object, resource, name)
            switch try await remove(present, object, resource, name, options) {
            case .success(let deletion): return deletion
            case .failure(.conflict): return nil
            case .failure(let error): throw error.status
            }
        }
    }

    /// The outer error is the API's, the inner one the log's.
    private func remove(
        _ present: StoredValue, _ object: JSON, _ resource: Resource, _ name: ObjectName,
        _ options: DeleteOptions
    ) async throws(Status) -> Result<Deletion, LogError> {
        let grace = Self.gracePeriod(resource, object, options)
        var marked = object
        // A namespace takes all that is in it along, whoever owns what.
        if resource != .namespaces {
            let elder = options.orphanDependents.map { $0 ? "Orphan" : "Background" }
            DependentsPolicy.apply(options.propagationPolicy ?? elder, to: &marked)
        }
        let terminating = terminating(marked, resource, grace: grace)
        if !Metadata.isGone(terminating) {
            if terminating == object || options.dryRun {
                return .success(.terminating(EncodedObject(terminating)))
            }
            return await append(
                resource,
                [
                    Write(
                        .put, resource.key(name), resource.encode(terminating),
                        expecting: .revision(present.revision))
                ]
            ).map { .terminating($0) }
        }
        if options.dryRun { return .success(.gone(present.object)) }
        let write = Write(
            .delete, resource.key(name), resource.value(of: present.bytes),
            expecting: .revision(present.revision))
        switch resource {
        case .services:
            let writes = [write] + (try await endpointsWrites(name))
            return try await services.settle(Service(json: object), isGone: true) {
                await append(resource, writes + $0.removals).map { .gone($0) }
            }
        case .ipAddresses:
            return try await release(address: name) {
                await append(resource, [write]).map { .gone($0) }
            }
        default: return await append(resource, [write]).map { .gone($0) }
        }
    }

    /// Removes an IPAddress; a Service that has the address still gets a new object at once.
    /// - Parameter store: makes the write.
    func release<Answer: Sendable>(
        address name: ObjectName, _ store: () async -> Result<Answer, LogError>
    ) async throws(Status) -> Result<Answer, LogError> {
        let (answer, service) = try await services.endReservation(of: name.name, store)
        if let service {
            await turns.withTurn(Resource.services.key(service)) {
                await services.completeObject(name.name, of: service)
            }
        }
        return answer
    }

    /// The first write is that of the resource.
    private func append(
        _ resource: Resource, _ writes: [Write]
    ) async -> Result<EncodedObject, LogError> {
        do throws(LogError) {
            return .success(resource.shown(try await log.append(writes)[0]).object)
        } catch {
            return .failure(error)
        }
    }

    /// A Service takes the Endpoints of its name with it.
    private func endpointsWrites(_ name: ObjectName) async throws(Status) -> [Write] {
        guard let endpoints = try await find(.endpoints, name) else { return [] }
        return [
            Write(
                .delete, Resource.endpoints.key(name),
                Resource.endpoints.value(of: endpoints.bytes),
                expecting: .revision(endpoints.revision))
        ]
    }

    /// The object as it is from now on until it is gone.
    private func terminating(_ object: JSON, _ resource: Resource, grace: Int64) -> JSON {
        var object = object
        let present = object.value(at: "metadata", "deletionGracePeriodSeconds")?.integer
        // A second delete can only shorten the time.
        if object.value(at: "metadata", "deletionTimestamp") == nil || grace < present ?? 0 {
            let end = configuration.now().advanced(by: grace)
            object["metadata"]?["deletionTimestamp"] = .string(end.description)
            object["metadata"]?["deletionGracePeriodSeconds"] = .integer(grace)
        }
        if resource == .namespaces { object["status"] = ["phase": "Terminating"] }
        return object
    }

    /// Only a Pod that has a node, and has not finished, needs time to end.
    private static func gracePeriod(
        _ resource: Resource, _ object: JSON, _ options: DeleteOptions
    ) -> Int64 {
        let phase = object.value(at: "status", "phase")?.string
        let node = object.value(at: "spec", "nodeName")?.string ?? ""
        guard resource == .pods, !node.isEmpty, phase != "Succeeded", phase != "Failed" else {
            return 0
        }
        let own = object.value(at: "spec", "terminationGracePeriodSeconds")?.integer
        let period = options.gracePeriodSeconds ?? own ?? defaultGracePeriod
        return period < 0 ? 1 : period
    }

    private static func check(
        _ options: DeleteOptions, _ object: JSON, _ resource: Resource, _ name: ObjectName
    ) throws(Status) {
        if resource == .namespaces, permanentNamespaces.contains(name.name) {
            throw Status(
                .forbidden,
                "namespaces \"\(name.name)\" is forbidden: this namespace may not be deleted",
                details: Status.Details(name: name.name, kind: "namespaces"))
        }
        for (key, what, wanted) in [
            ("uid", "UID", options.uid),
            ("resourceVersion", "ResourceVersion", options.resourceVersion),
        ] {
            let present = object.value(at: "metadata", key)?.string ?? ""
            guard let wanted, wanted != present else { continue }
            let since = key == "uid" ? "deleted and then recreated" : "modified"
            throw .conflict(
                resource, name.name,
                "the \(what) in the precondition (\(wanted)) does not match the \(what) in record (\(present)). The object might have been \(since)"
            )
        }
    }

    /// DELETE of a collection: every selected object, each on its own.
    /// - Returns: the objects as they were.
    func deleteCollection(
        _ resource: Resource, _ request: ListRequest, _ options: DeleteOptions
    ) async throws(Status) -> ObjectPage {
        let page = try await list(resource, request)
        for item in page.items {
            let name = ObjectMeta(json: try item.json()["metadata"] ?? [:]).objectName
            do throws(Status) { _ = try await delete(resource, name, options) } catch {
                // Somebody else was faster.
                if error.reason != .notFound { throw error }
            }
        }
        return page
    }
}
