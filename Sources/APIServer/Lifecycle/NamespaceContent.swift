import KubeAPI
import Logging
import Storage

/// Ends terminating namespaces: removes what is in them, then the namespace itself.
struct NamespaceContent: Sendable {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(2)

    let store: ObjectStore
    let logger: Logger

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        let request = WatchRequest(selection: Selection(), start: .initial(notOlderThan: .zero))
        let watch = try await store.watch(.namespaces, request)
        let result = await withDiscardingTaskGroup { group -> Result<Void, Status> in
            var ending: Set<String> = []
            do throws(Status) {
                while let events = try await watch.next() {
                    for event in events {
                        guard let namespace = Self.terminating(event),
                            ending.insert(namespace.uid).inserted
                        else { continue }
                        group.addTask { await end(namespace.name) }
                    }
                }
                return .success(())
            } catch {
                group.cancelAll()
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func terminating(_ event: ObjectEvent) -> ObjectMeta? {
        let object: EncodedObject
        switch event {
        case .initial(let value): object = value.object
        case .change(.added, let event), .change(.modified, let event):
            object = event.event.value.object
        case .change(.deleted, _), .bookmark: return nil
        }
        let metadata = ObjectMeta(json: (try? object.json())?["metadata"] ?? [:])
        return metadata.deletionTimestamp == nil ? nil : metadata
    }

    /// Deletes until nothing is left: Pods may take their grace period, finalizers as long as they like.
    private func end(_ namespace: String) async {
        // Who begins to create from now on finds the namespace terminating.
        await store.creations.settled(in: namespace)
        var pause = Self.shortestPause
        while !Task.isCancelled {
            do throws(Status) {
                let isEmpty = try await deleteContent(of: namespace) == 0
                if isEmpty, try await remove(namespace) { return }
            } catch {
                if error.reason == .notFound { return }
                logger.warning("namespace \(namespace) is not empty yet: \(error)")
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// - Returns: how many objects were there.
    private func deleteContent(of namespace: String) async throws(Status) -> Int {
        var count = 0
        let all = ListRequest(selection: Selection(namespace: namespace))
        for resource in Resource.all
        where resource.isNamespaced && resource.storage == resource
            && resource.verbs.contains("deletecollection")
        {
            let page = try await store.deleteCollection(resource, all, DeleteOptions())
            count += page.items.count
        }
        return count
    }

    /// - Returns: false while finalizers of its own hold the namespace.
    private func remove(_ namespace: String) async throws(Status) -> Bool {
        let name = ObjectName(namespace)
        let stored = try await store.stored(.namespaces, name)
        let object = try stored.json()
        // It has gone, and another has come by its name.
        if object.value(at: "metadata", "deletionTimestamp") == nil { return true }
        let others = (object.value(at: "spec", "finalizers")?.array ?? []).filter {
            $0.string != NamespaceRules.contentFinalizer
        }
        let isHeld =
            !others.isEmpty
            || !(object.value(at: "metadata", "finalizers")?.array ?? []).isEmpty
        var rest = object
        rest["spec"]?["finalizers"] = .array(others)
        // Others see that the content has gone.
        if isHeld, rest == object { return false }
        let write = Write(
            isHeld ? .put : .delete, Resource.namespaces.key(name),
            isHeld
                ? Resource.namespaces.encode(rest)
                : Resource.namespaces.value(of: stored.bytes),
            expecting: .revision(stored.revision))
        do throws(LogError) {
            _ = try await store.log.append(write)
            return !isHeld
        } catch {
            if case .conflict = error { return false }
            throw error.status
        }
    }
}
