import KubeAPI
import Logging
import Storage
import Synchronization

/// Finishes what was deleted with a policy for its dependents: the owner waits with a finalizer until they are released
/// (`orphan`) or gone (`foregroundDeletion`). Source: meta/v1 FinalizerOrphanDependents, FinalizerDeleteDependents.
struct TerminatingOwners: Sendable {
    let store: ObjectStore
    /// Where dependents may be.
    let resources: [Resource]
    let logger: Logger
    /// Those that wait for dependents to go, by uid.
    private let waiting = Waiting()

    init(store: ObjectStore, resources: [Resource], logger: Logger) {
        self.store = store
        self.resources = resources
        self.logger = logger
    }

    /// Does what is left to do for an owner; nothing for what is not terminating.
    func finish(_ owner: ObjectMeta, _ resource: Resource) async {
        guard owner.deletionTimestamp != nil else { return }
        do throws(Status) {
            if owner.finalizers.contains(DependentsPolicy.orphanFinalizer) {
                try await orphan(owner)
                try await remove(DependentsPolicy.orphanFinalizer, owner, resource)
            } else if owner.finalizers.contains(DependentsPolicy.foregroundFinalizer) {
                waiting.add(owner.uid, (resource, owner.objectName))
                if try await deleteDependents(of: owner) {
                    waiting.remove(owner.uid)
                    try await remove(DependentsPolicy.foregroundFinalizer, owner, resource)
                }
            }
        } catch {
            if error.reason != .notFound, error.reason != .conflict {
                logger.warning("cannot finish \(resource) \(owner.objectName): \(error)")
            }
        }
    }

    /// An owner may have waited for it.
    func dependentIsGone(_ dependent: ObjectMeta) async {
        waiting.remove(dependent.uid)
        for reference in dependent.ownerReferences {
            guard let (resource, name) = waiting[reference.uid],
                let value = try? await store.find(resource, name),
                let metadata = (try? value.json())?["metadata"]
            else { continue }
            await finish(ObjectMeta(json: metadata), resource)
        }
    }

    private func orphan(_ owner: ObjectMeta) async throws(Status) {
        for (resource, dependent) in try await dependents(of: owner) {
            try await release(dependent, resource, from: owner)
        }
    }

    /// - Returns: whether no dependent holds the owner any longer.
    private func deleteDependents(of owner: ObjectMeta) async throws(Status) -> Bool {
        for (resource, dependent) in try await dependents(of: owner) {
            if dependent.ownerReferences.count > 1 {
                try await release(dependent, resource, from: owner)
            } else if dependent.deletionTimestamp == nil {
                let options = DeleteOptions(uid: dependent.uid)
                do throws(Status) {
                    _ = try await store.delete(resource, dependent.objectName, options)
                } catch {
                    if error.reason != .notFound, error.reason != .conflict { throw error }
                }
            }
        }
        return try await dependents(of: owner).allSatisfy { _, dependent in
            !dependent.ownerReferences.contains { $0.uid == owner.uid && $0.blockOwnerDeletion }
        }
    }

    /// All that names the owner, as the store has it now.
    private func dependents(
        of owner: ObjectMeta
    ) async throws(Status) -> [(Resource, ObjectMeta)] {
        var found: [(Resource, ObjectMeta)] = []
        for resource in resources {
            if !owner.namespace.isEmpty, !resource.isNamespaced { continue }
            let selection = Selection(
                namespace: owner.namespace.isEmpty ? nil : owner.namespace)
            for item in try await store.list(resource, ListRequest(selection: selection)).items
            where item.bytes.contains(text: "\"ownerReferences\"") {
                let metadata = ObjectMeta(json: try item.json()["metadata"] ?? [:])
                if metadata.ownerReferences.contains(where: { $0.uid == owner.uid }) {
                    found.append((resource, metadata))
                }
            }
        }
        return found
    }

    private func release(
        _ dependent: ObjectMeta, _ resource: Resource, from owner: ObjectMeta
    ) async throws(Status) {
        try await edit(dependent, resource, "ownerReferences") { reference in
            reference["uid"]?.string != owner.uid
        }
    }

    private func remove(
        _ finalizer: String, _ owner: ObjectMeta, _ resource: Resource
    ) async throws(Status) {
        try await edit(owner, resource, "finalizers") { $0.string != finalizer }
    }

    /// Leaves only some elements of a list of the metadata.
    private func edit(
        _ object: ObjectMeta, _ resource: Resource, _ list: String,
        _ isKept: @Sendable (JSON) -> Bool
    ) async throws(Status) {
        _ = try await store.change(resource, object.objectName, WriteOptions()) {
            old throws(Status) in
            guard old.value(at: "metadata", "uid")?.string == object.uid else {
                throw .conflict(resource, object.name)
            }
            var new = old
            let kept = (old.value(at: "metadata", list)?.array ?? []).filter(isKept)
            new["metadata"]?[list] = kept.isEmpty ? nil : .array(kept)
            new["metadata"]?["resourceVersion"] = nil
            return new
        }
    }
}

/// Owners that wait, by uid.
private final class Waiting: Sendable {
    private let owners = Mutex<[String: (Resource, ObjectName)]>([:])

    subscript(uid: String) -> (Resource, ObjectName)? { owners.withLock { $0[uid] } }

    func add(_ uid: String, _ owner: (Resource, ObjectName)) {
        owners.withLock { $0[uid] = owner }
    }

    func remove(_ uid: String) {
        owners.withLock { owners in _ = owners.removeValue(forKey: uid) }
    }
}
