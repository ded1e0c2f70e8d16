package import KubeAPI
import Synchronization
package import Watching

/// An API server in memory for tests: resourceVersions, conflicts, preconditions, graceful deletion of Pods,
/// watches from a version, compaction. No defaulting, no validation, no finalizers.
///
/// `put` and `remove` write as an omnipotent somebody; `ObjectClient` is what the code under test sees.
package final class FakeCluster: Sendable {
    struct Change {
        var resource: Resource
        var event: WatchEvent
        var namespace: String
    }

    struct Watcher {
        var resource: Resource
        var options: ListOptions
        var continuation: AsyncThrowingStream<WatchEvent, any Error>.Continuation
    }

    struct State {
        var revision: UInt64 = 0
        var compacted: UInt64 = 0
        var uids = 0
        var objects: [Resource: [ObjectName: JSON]] = [:]
        var history: [Change] = []
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var feeds: [@Sendable (Resource, WatchEvent) -> Void] = []
        var faults: [Fault] = []
        var writes: [Write] = []
    }

    struct Fault {
        var verb: String
        var resource: Resource
        var status: Status
    }

    /// A write that a client made and that changed something.
    package struct Write: Equatable, Sendable {
        /// `create`, `update`, `update status`, `patch`, `patch status` or `delete`.
        package var verb: String
        package var resource: Resource
        package var name: ObjectName
    }

    let state = Mutex(State())
    let time: ManualTime

    package init(time: ManualTime = ManualTime()) {
        self.time = time
    }
}

// MARK: For the test

extension FakeCluster {
    /// Stores the object, status included, whatever was there; the kind is read from the object.
    @discardableResult
    package func put(_ object: JSON) -> EncodedObject {
        state.withLock { state in
            let resource = Self.resource(of: object)
            let name = Self.name(of: object, resource)
            let old = state.objects[resource]?[name]
            var object = object
            if object["metadata"]?["namespace"] == nil, resource.isNamespaced {
                object["metadata"]?["namespace"] = .string(name.namespace)
            }
            stamp(&object, old: old, &state)
            return store(object, resource, name, isNew: old == nil, &state)
        }
    }

    /// Stores the view of an object.
    @discardableResult
    package func put(_ object: some WritableKubeObject) -> EncodedObject { put(object.json) }

    /// Removes the object at once.
    package func remove(_ resource: Resource, _ name: ObjectName) {
        state.withLock { state in
            guard let object = state.objects[resource]?[name] else { return }
            remove(object, resource, name, &state)
        }
    }

    /// The stored object; nil if there is none.
    package func object(_ resource: Resource, _ name: ObjectName) -> JSON? {
        state.withLock { $0.objects[resource]?[name] }
    }

    /// Every object of the resource as its view, by name.
    package func objects<Kind: KubeObject>(_: Kind.Type = Kind.self) -> [Kind] {
        let objects = state.withLock { $0.objects[Kind.resource] ?? [:] }
        return objects.sorted { $0.key < $1.key }.map { Kind(json: $0.value) }
    }

    package var resourceVersion: ResourceVersion { state.withLock { ResourceVersion($0.revision) } }

    /// What clients wrote since the last call.
    package func takeWrites() -> [Write] {
        state.withLock { state in
            defer { state.writes = [] }
            return state.writes
        }
    }

    /// Ends every open watch, normally.
    package func disconnect() {
        for watcher in state.withLock({ $0.watchers.values.map(\.continuation) }) {
            watcher.finish()
        }
    }

    /// Forgets the history: a watch that has not seen everything is answered `expired`, open ones too.
    package func compact() {
        let watchers = state.withLock { state in
            state.compacted = state.revision
            state.history = []
            return state.watchers.values.map(\.continuation)
        }
        for watcher in watchers { watcher.finish(throwing: Self.expired) }
    }

    /// Sends a bookmark to every open watch.
    package func bookmark() {
        state.withLock { state in
            for watcher in state.watchers.values {
                watcher.continuation.yield(.bookmark(ResourceVersion(state.revision)))
            }
        }
    }

    /// How many watches are open.
    package var watches: Int { state.withLock { $0.watchers.count } }

    /// Lets the next call with this verb (`list`, `get`, `create`, `update`, `patch`, `delete`) fail.
    package func fail(_ verb: String, _ resource: Resource, with status: Status) {
        state.withLock {
            $0.faults.append(Fault(verb: verb, resource: resource, status: status))
        }
    }

    /// Fills the cache now and keeps it equal within each write, without a watch: for tests without tasks.
    package func feed<Kind: KubeObject>(_ cache: ObjectCache<Kind>) {
        state.withLock { state in
            let objects = (state.objects[Kind.resource] ?? [:]).values.map {
                try! CachedObject<Kind>(EncodedObject($0))
            }
            cache.replace(with: objects, at: ResourceVersion(state.revision))
            state.feeds.append { resource, event in
                if resource == Kind.resource {
                    try! cache.apply(event)
                } else {
                    try! cache.apply(.bookmark(event.resourceVersion))
                }
            }
        }
    }

    /// Feeds all caches.
    package func feed(_ caches: ClusterCaches) {
        feed(caches.services)
        feed(caches.endpoints)
        feed(caches.endpointSlices)
        feed(caches.pods)
        feed(caches.nodes)
        feed(caches.namespaces)
    }
}
