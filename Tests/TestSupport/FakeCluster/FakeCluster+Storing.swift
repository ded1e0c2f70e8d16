import KubeAPI
import Watching

extension FakeCluster {
    static let expired = Status(.expired, "too old resource version")

    static func resource(of object: JSON) -> Resource {
        let kind = object["kind"]?.string
        guard let resource = Resource.all.first(where: { $0.kind == kind }) else {
            preconditionFailure("an object of an unknown kind: \(kind ?? "none")")
        }
        return resource
    }

    static func name(of object: JSON, _ resource: Resource) -> ObjectName {
        let metadata = ObjectMeta(json: object["metadata"] ?? .null)
        let namespace = metadata.namespace.isEmpty ? "default" : metadata.namespace
        return ObjectName(namespace: resource.isNamespaced ? namespace : "", name: metadata.name)
    }

    /// Fills in what the server owns of the metadata, all but the resourceVersion.
    func stamp(_ object: inout JSON, old: JSON?, _ state: inout State) {
        var metadata = object["metadata"] ?? [:]
        if let old {
            for key in ["uid", "creationTimestamp"] {
                metadata[key] = old.value(at: "metadata", key)
            }
        } else {
            state.uids += 1
            if metadata["uid"] == nil { metadata["uid"] = .string("uid-\(state.uids)") }
            if metadata["creationTimestamp"] == nil {
                metadata["creationTimestamp"] = .string(time.source.timestamp.description)
            }
        }
        object["metadata"] = metadata
    }

    @discardableResult
    func store(
        _ object: JSON, _ resource: Resource, _ name: ObjectName, isNew: Bool, _ state: inout State
    ) -> EncodedObject {
        state.revision += 1
        var object = object
        object["apiVersion"] = .string(resource.apiVersion)
        object["kind"] = .string(resource.kind)
        object["metadata"]?["resourceVersion"] = .string(String(state.revision))
        state.objects[resource, default: [:]][name] = object
        let encoded = EncodedObject(object)
        tell(isNew ? .added(encoded) : .modified(encoded), resource, name.namespace, &state)
        return encoded
    }

    func remove(_ object: JSON, _ resource: Resource, _ name: ObjectName, _ state: inout State) {
        state.revision += 1
        state.objects[resource]?[name] = nil
        var object = object
        object["metadata"]?["resourceVersion"] = .string(String(state.revision))
        tell(.deleted(EncodedObject(object)), resource, name.namespace, &state)
    }

    private func tell(
        _ event: WatchEvent, _ resource: Resource, _ namespace: String, _ state: inout State
    ) {
        let change = Change(resource: resource, event: event, namespace: namespace)
        state.history.append(change)
        for watcher in state.watchers.values where watcher.wants(change) {
            watcher.continuation.yield(event)
        }
        for feed in state.feeds { feed(resource, event) }
    }
}

extension FakeCluster.Watcher {
    func wants(_ change: FakeCluster.Change) -> Bool {
        change.resource == resource
            && (options.namespace.map { $0 == change.namespace } ?? true)
    }
}
