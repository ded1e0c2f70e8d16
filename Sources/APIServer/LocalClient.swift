package import KubeAPI
import Storage
package import Watching

/// The API without HTTP, for the components in this process: the same verbs, rules and errors.
package struct LocalClient: ObjectSource, ObjectClient {
    /// The owner of what components of this process write.
    static let manager = "pointsman"

    private let store: ObjectStore

    init(_ store: ObjectStore) { self.store = store }

    private static func options(_ subresource: String? = nil) -> WriteOptions {
        var options = WriteOptions(subresource: subresource)
        options.ownership = .manager(manager)
        return options
    }

    // MARK: ObjectSource

    package func list(
        _ resource: Resource, _ options: ListOptions
    ) async throws(Status) -> ObjectList {
        let request = ListRequest(selection: try Self.selection(resource, options))
        let page = try await store.list(resource, request)
        return ObjectList(
            items: page.items.map(\.object), resourceVersion: ResourceVersion(page.revision.value))
    }

    package func watch(
        _ resource: Resource, since: ResourceVersion, _ options: ListOptions
    ) -> AsyncThrowingStream<WatchEvent, any Error> {
        let watch = LocalWatch(store, resource, since: since, options)
        return AsyncThrowingStream { try await watch.next() }
    }

    static func selection(
        _ resource: Resource, _ options: ListOptions
    ) throws(Status) -> Selection {
        try Selection(
            resource, namespace: options.namespace, labels: options.labelSelector,
            fields: options.fieldSelector)
    }

    // MARK: ObjectClient

    package func get(
        _ resource: Resource, _ name: ObjectName
    ) async throws(Status) -> EncodedObject {
        try await store.stored(resource, name).object
    }

    package func create(_ resource: Resource, _ object: JSON) async throws(Status) -> EncodedObject
    {
        let namespace = object.value(at: "metadata", "namespace")?.string ?? ""
        return try await store.create(
            resource, namespace: namespace, object, Self.options()
        ).object
    }

    package func update(
        _ resource: Resource, _ object: JSON, subresource: String?
    ) async throws(Status) -> EncodedObject {
        let name = ObjectMeta(json: object["metadata"] ?? [:]).objectName
        return try await store.update(
            resource, name, object, Self.options(subresource)
        ).object
    }

    package func patch(
        _ resource: Resource, _ name: ObjectName, _ patch: Patch, subresource: String?
    ) async throws(Status) -> EncodedObject {
        try await store.patch(
            resource, name, patch, Self.options(subresource)
        ).object
    }

    package func delete(
        _ resource: Resource, _ name: ObjectName, _ options: DeleteOptions
    ) async throws(Status) {
        _ = try await store.delete(resource, name, options)
    }
}

/// A watch that hands out one event at a time; it is opened by the first call.
private actor LocalWatch {
    private let store: ObjectStore
    private let resource: Resource
    private let since: ResourceVersion
    private let options: ListOptions
    private var watch: ObjectWatch?
    private var pending: ArraySlice<ObjectEvent> = []

    init(
        _ store: ObjectStore, _ resource: Resource, since: ResourceVersion, _ options: ListOptions
    ) {
        self.store = store
        self.resource = resource
        self.since = since
        self.options = options
    }

    func next() async throws(Status) -> WatchEvent? {
        if watch == nil { watch = try await open() }
        while pending.isEmpty {
            guard let events = try await watch?.next() else { return nil }
            pending = events[...]
        }
        return pending.popFirst().map(Self.event)
    }

    private func open() async throws(Status) -> ObjectWatch {
        let revision = Revision(since.value)
        let request = WatchRequest(
            selection: try LocalClient.selection(resource, options),
            start: revision > .zero ? .after(revision) : .initial(notOlderThan: .zero))
        return try await store.watch(resource, request)
    }

    private static func event(_ event: ObjectEvent) -> WatchEvent {
        switch event {
        case .initial(let value): return .added(value.object)
        case .change(let kind, let prepared):
            let object = prepared.object(for: kind)
            return switch kind {
            case .added: .added(object)
            case .modified: .modified(object)
            case .deleted: .deleted(object)
            }
        case .bookmark(let revision, _): return .bookmark(ResourceVersion(revision.value))
        }
    }
}
