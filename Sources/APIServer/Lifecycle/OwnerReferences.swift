import KubeAPI
import Logging
import Storage

/// Garbage collection: what names owners, all of which are gone, goes too; owners that were deleted in the foreground or
/// with their dependents orphaned are finished.
struct OwnerReferences: Sendable {
    /// What can own and be owned. Events are about objects and belong to none.
    private static let resources = Resource.all.filter {
        $0.storage == $0 && $0 != .events && $0.verbs.contains("watch")
    }

    let store: ObjectStore
    let logger: Logger
    private let index = OwnerIndex()
    private let terminating: TerminatingOwners

    init(store: ObjectStore, logger: Logger) {
        self.store = store
        self.logger = logger
        terminating = TerminatingOwners(
            store: store, resources: Self.resources, logger: logger)
    }

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        let result = await withTaskGroup(of: Result<Void, Status>.self) { group in
            for resource in Self.resources {
                group.addTask {
                    do throws(Status) { return .success(try await watch(resource)) } catch {
                        return .failure(error)
                    }
                }
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    /// What is made for an owner that is gone already goes too; at the start, what was left behind.
    private func watch(_ resource: Resource) async throws(Status) {
        let watch = try await store.watch(
            resource,
            WatchRequest(selection: Selection(), start: .initial(notOlderThan: .zero)))
        while let events = try await watch.next() {
            for event in events {
                switch event {
                case .initial(let value): await note(value, resource)
                case .change(.added, let event): await note(event.event.value, resource)
                case .change(.modified, let event): await note(event.event.value, resource)
                case .change(.deleted, let event): await forget(event.event.value, resource)
                case .bookmark: break
                }
            }
        }
    }

    private func note(_ value: StoredValue, _ resource: Resource) async {
        // Most objects are of no interest here, and need not be read.
        guard
            value.bytes.contains(text: "\"ownerReferences\"")
                || value.bytes.contains(text: "\"deletionTimestamp\"")
                || index.holds(resource), let metadata = Self.metadata(value),
            let dependent = OwnerIndex.Dependent(resource, metadata.objectName)
        else { return }
        index.set(dependent, owners: metadata.ownerReferences.map(\.compactUID))
        await terminating.finish(metadata, resource)
        await collect(metadata, resource)
    }

    /// An object that goes takes what it owns with it, and its owner may have waited for that.
    private func forget(_ value: StoredValue, _ resource: Resource) async {
        guard !index.isEmpty, let metadata = Self.metadata(value),
            let gone = OwnerIndex.Dependent(resource, metadata.objectName)
        else { return }
        index.set(gone, owners: [])
        for dependent in index.dependents(of: metadata.compactUID) {
            guard let value = try? await store.find(dependent.resource, dependent.name),
                let metadata = Self.metadata(value)
            else { continue }
            await collect(metadata, dependent.resource)
        }
        await terminating.dependentIsGone(metadata)
    }

    private static func metadata(_ value: StoredValue) -> ObjectMeta? {
        (try? value.json()["metadata"]).map(ObjectMeta.init(json:))
    }

    /// Deletes an object if it has owners and all of them are gone.
    private func collect(_ metadata: ObjectMeta, _ resource: Resource) async {
        guard !metadata.ownerReferences.isEmpty else { return }
        do throws(Status) {
            for owner in metadata.ownerReferences {
                if try await exists(owner, namespace: metadata.namespace) { return }
            }
            var options = DeleteOptions(uid: metadata.uid)
            options.resourceVersion = metadata.resourceVersion.description
            _ = try await store.delete(resource, metadata.objectName, options)
        } catch {
            if error.reason != .notFound, error.reason != .conflict {
                logger.warning("cannot collect \(resource) \(metadata.objectName): \(error)")
            }
        }
    }

    private func exists(
        _ owner: OwnerReference, namespace: String
    ) async throws(Status) -> Bool {
        guard
            let resource = Resource.all.first(where: {
                $0.kind == owner.kind && $0.apiVersion == owner.apiVersion
            })
        else { return true }
        let name = ObjectName(
            namespace: resource.isNamespaced ? namespace : "", name: owner.name)
        guard let stored = try await store.find(resource, name) else { return false }
        return try stored.json().value(at: "metadata", "uid")?.string == owner.uid
    }
}

extension [UInt8] {
    /// Whether the bytes of a text stand anywhere in these.
    func contains(text: StaticString) -> Bool {
        withUnsafeBytes { bytes in
            text.withUTF8Buffer { wanted in
                guard wanted.count > 1, bytes.count >= wanted.count else { return false }
                // The first byte alone is a quotation mark, of which JSON is full.
                for start in 0...(bytes.count - wanted.count)
                where bytes[start + 1] == wanted[1] && bytes[start] == wanted[0] {
                    if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
                }
                return false
            }
        }
    }
}
