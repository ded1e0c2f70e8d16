package import KubeAPI
import Synchronization
package import Watching

extension FakeCluster: ObjectSource {
    package func list(
        _ resource: Resource, _ options: ListOptions
    ) async throws(Status) -> ObjectList {
        try checkFault("list", resource)
        try Self.checkSelectors(options)
        return state.withLock { state in
            let objects = (state.objects[resource] ?? [:]).filter {
                options.namespace == nil || $0.key.namespace == options.namespace
            }
            return ObjectList(
                items: objects.sorted { $0.key < $1.key }.map { EncodedObject($0.value) },
                resourceVersion: ResourceVersion(state.revision))
        }
    }

    package func watch(
        _ resource: Resource, since: ResourceVersion, _ options: ListOptions
    ) -> AsyncThrowingStream<WatchEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<WatchEvent, any Error>.makeStream()
        do throws(Status) {
            try checkFault("watch", resource)
            try Self.checkSelectors(options)
        } catch {
            continuation.finish(throwing: error)
            return stream
        }
        state.withLock { state in
            guard since.value >= state.compacted else {
                return continuation.finish(throwing: Self.expired)
            }
            let watcher = Watcher(
                resource: resource, options: options, continuation: continuation)
            for change in state.history
            where change.event.resourceVersion > since && watcher.wants(change) {
                continuation.yield(change.event)
            }
            let id = state.nextWatcher
            state.nextWatcher += 1
            state.watchers[id] = watcher
            continuation.onTermination = { [weak self] _ in
                _ = self?.state.withLock { $0.watchers.removeValue(forKey: id) }
            }
        }
        return stream
    }

    func checkFault(_ verb: String, _ resource: Resource) throws(Status) {
        let fault = state.withLock { state in
            state.faults.firstIndex { $0.verb == verb && $0.resource == resource }
                .map { state.faults.remove(at: $0) }
        }
        if let fault { throw fault.status }
    }

    private static func checkSelectors(_ options: ListOptions) throws(Status) {
        guard options.labelSelector.isEmpty, options.fieldSelector.isEmpty else {
            throw .badRequest("the fake cluster knows no selectors")
        }
    }
}
