package import KubeAPI
import Synchronization
import Watching

extension FakeCluster: ObjectClient {
    package func get(
        _ resource: Resource, _ name: ObjectName
    ) async throws(Status) -> EncodedObject {
        try checkFault("get", resource)
        guard let object = object(resource, name) else { throw .notFound(resource, name.name) }
        return EncodedObject(object)
    }

    package func create(
        _ resource: Resource, _ object: JSON
    ) async throws(Status) -> EncodedObject {
        try checkFault("create", resource)
        return try write { (state) throws(Status) -> EncodedObject in
            var object = object
            if object.value(at: "metadata", "name")?.string ?? "" == "",
                let prefix = object.value(at: "metadata", "generateName")?.string
            {
                object["metadata"]?["name"] = .string("\(prefix)\(state.revision)")
            }
            let name = Self.name(of: object, resource)
            guard !name.name.isEmpty else { throw .badRequest("name is required") }
            guard state.objects[resource]?[name] == nil else {
                throw .alreadyExists(resource, name.name)
            }
            object["metadata"]?["resourceVersion"] = nil
            object["metadata"]?["uid"] = nil
            object["metadata"]?["creationTimestamp"] = nil
            if resource.subresources.contains("status") {
                object["status"] = resource == .pods ? ["phase": "Pending"] : nil
            }
            stamp(&object, old: nil, &state)
            state.writes.append(Write(verb: "create", resource: resource, name: name))
            return store(object, resource, name, isNew: true, &state)
        }
    }

    package func update(
        _ resource: Resource, _ object: JSON, subresource: String?
    ) async throws(Status) -> EncodedObject {
        try checkFault("update", resource)
        return try write { (state) throws(Status) -> EncodedObject in
            try replace(resource, object, subresource, verb: "update", &state)
        }
    }

    package func patch(
        _ resource: Resource, _ name: ObjectName, _ patch: Patch, subresource: String?
    ) async throws(Status) -> EncodedObject {
        try checkFault("patch", resource)
        return try write { (state) throws(Status) -> EncodedObject in
            guard let old = state.objects[resource]?[name] else {
                throw .notFound(resource, name.name)
            }
            return try replace(
                resource, try patch.apply(to: old, resource: resource), subresource,
                verb: "patch", &state)
        }
    }

    package func delete(
        _ resource: Resource, _ name: ObjectName, _ options: DeleteOptions
    ) async throws(Status) {
        try checkFault("delete", resource)
        try write { (state) throws(Status) -> Void in
            guard var object = state.objects[resource]?[name] else {
                throw .notFound(resource, name.name)
            }
            let metadata = ObjectMeta(json: object["metadata"] ?? .null)
            guard options.uid == nil || options.uid == metadata.uid,
                options.resourceVersion == nil
                    || options.resourceVersion == metadata.resourceVersion.description
            else { throw .conflict(resource, name.name, "the precondition does not hold") }
            state.writes.append(Write(verb: "delete", resource: resource, name: name))
            let grace = gracePeriod(resource, object, options)
            guard grace > 0 else { return remove(object, resource, name, &state) }
            object["metadata"]?["deletionTimestamp"] = .string(
                time.source.timestamp.advanced(by: grace).description)
            object["metadata"]?["deletionGracePeriodSeconds"] = .integer(grace)
            store(object, resource, name, isNew: false, &state)
        }
    }

    private func gracePeriod(
        _ resource: Resource, _ object: JSON, _ options: DeleteOptions
    ) -> Int64 {
        let hasNode = object.value(at: "spec", "nodeName")?.string ?? "" != ""
        guard resource == .pods, hasNode else { return 0 }
        return options.gracePeriodSeconds
            ?? object.value(at: "spec", "terminationGracePeriodSeconds")?.integer ?? 30
    }

    private func replace(
        _ resource: Resource, _ new: JSON, _ subresource: String?, verb: String,
        _ state: inout State
    ) throws(Status) -> EncodedObject {
        let name = Self.name(of: new, resource)
        guard let old = state.objects[resource]?[name] else {
            throw .notFound(resource, name.name)
        }
        for key in ["resourceVersion", "uid"] {
            let wanted = new.value(at: "metadata", key)?.string ?? ""
            guard wanted.isEmpty || wanted == old.value(at: "metadata", key)?.string else {
                throw .conflict(resource, name.name)
            }
        }
        var object = new
        if subresource == "status" {
            object = old
            object["status"] = new["status"]
        } else {
            for key in ["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"] {
                object["metadata"]?[key] = old.value(at: "metadata", key)
            }
            if resource.subresources.contains("status") { object["status"] = old["status"] }
            stamp(&object, old: old, &state)
        }
        guard object != old else { return EncodedObject(old) }
        let verb = subresource.map { "\(verb) \($0)" } ?? verb
        state.writes.append(Write(verb: verb, resource: resource, name: name))
        return store(object, resource, name, isNew: false, &state)
    }

    private func write<Answer: Sendable>(
        _ body: (inout State) throws(Status) -> Answer
    ) throws(Status) -> Answer {
        try state.withLock { (state) throws(Status) -> Answer in try body(&state) }
    }
}
