import KubeAPI
import Logging
import Storage

/// Background garbage collection: EndpointSlices and Endpoints whose owner, a Service, is gone.
struct OwnerReferences: Sendable {
    private static let dependents: [Resource] = [.endpointSlices, .endpoints]

    let store: ObjectStore
    let logger: Logger
    private let index = OwnerIndex()

    init(store: ObjectStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        let result = await withTaskGroup(of: Result<Void, Status>.self) { group in
            group.addTask { await Self.result { () throws(Status) in try await watchOwners() } }
            for resource in Self.dependents {
                group.addTask {
                    await Self.result { () throws(Status) in try await watch(resource) }
                }
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
        try result.get()
    }

    private static func result(
        _ body: () async throws(Status) -> Void
    ) async -> Result<Void, Status> {
        do throws(Status) { return .success(try await body()) } catch { return .failure(error) }
    }

    /// A Service that goes takes what it owns with it.
    private func watchOwners() async throws(Status) {
        let revision = try await store.currentRevision()
        let watch = try await store.watch(
            .services, WatchRequest(selection: Selection(), start: .after(revision)))
        while let events = try await watch.next() {
            for case .change(.deleted, let event) in events {
                guard let owner = try? event.event.value.json()["metadata"] else { continue }
                await collect(dependentsOf: ObjectMeta(json: owner))
            }
        }
    }

    private func collect(dependentsOf owner: ObjectMeta) async {
        for dependent in index.dependents(of: owner.uid) {
            guard let value = try? await store.find(dependent.resource, dependent.name),
                let metadata = Self.metadata(value)
            else { continue }
            await collect(metadata, dependent.resource)
        }
    }

    /// What is made for a Service that is gone already goes too; at the start, what was left behind.
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
                case .change(.deleted, let event):
                    guard let metadata = Self.metadata(event.event.value) else { break }
                    index.set(.init(resource: resource, name: metadata.objectName), owners: [])
                case .bookmark: break
                }
            }
        }
    }

    private func note(_ value: StoredValue, _ resource: Resource) async {
        guard let metadata = Self.metadata(value) else { return }
        index.set(
            .init(resource: resource, name: metadata.objectName),
            owners: metadata.ownerReferences.map(\.uid))
        await collect(metadata, resource)
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
