package import KubeAPI
import Synchronization

/// All objects of one kind as a Reflector last saw them, with indexes, for any number of readers and observers.
///
/// Observers are called one event after the other, on the task of the Reflector, after cache and indexes have
/// changed. They may read any cache; they must not block and must not call `observe` or `index`.
package final class ObjectCache<Kind: KubeObject>: Sendable {
    package typealias Observer = @Sendable (ObjectEvent<Kind>) -> Void

    private struct State {
        var objects: [ObjectName: CachedObject<Kind>] = [:]
        var resourceVersion = ResourceVersion.unset
        var isSynced = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Delivery {
        var observers: [Observer] = []
        var indexes: [@Sendable (CachedObject<Kind>?, CachedObject<Kind>?) -> Void] = []
    }

    /// Guards the contents; held for a moment only.
    private let state = Mutex(State())
    /// Held while one change is made and told, so that nobody sees changes in another order.
    private let delivery = Mutex(Delivery())

    package init() {}
}

// MARK: Reading

extension ObjectCache {
    package subscript(name: ObjectName) -> CachedObject<Kind>? {
        state.withLock { $0.objects[name] }
    }

    /// All objects, in no particular order.
    package var objects: [CachedObject<Kind>] { state.withLock { Array($0.objects.values) } }

    package var count: Int { state.withLock { $0.objects.count } }

    /// Everything up to this resourceVersion has been seen.
    package var resourceVersion: ResourceVersion { state.withLock { $0.resourceVersion } }

    /// The first list is complete.
    package var isSynced: Bool { state.withLock { $0.isSynced } }

    /// Returns once the first list is complete.
    package func waitUntilSynced() async {
        await withCheckedContinuation { continuation in
            let isSynced = state.withLock { state in
                if !state.isSynced { state.waiters.append(continuation) }
                return state.isSynced
            }
            if isSynced { continuation.resume() }
        }
    }

    /// Calls `observer` for every object that is there (and for `synced` if that has been), then for each change.
    package func observe(_ observer: @escaping Observer) {
        delivery.withLock { delivery in
            let (objects, isSynced) = state.withLock { ($0.objects, $0.isSynced) }
            for object in objects.values { observer(.upserted(new: object, old: nil)) }
            if isSynced { observer(.synced) }
            delivery.observers.append(observer)
        }
    }

    /// A new index; it holds what is there already.
    package func index<Key: Hashable & Sendable>(
        by keys: @escaping @Sendable (Kind) -> [Key]
    ) -> ObjectIndex<Kind, Key> {
        let index = ObjectIndex(keys: keys)
        delivery.withLock { delivery in
            for object in state.withLock({ $0.objects }).values {
                index.update(old: nil, new: object)
            }
            delivery.indexes.append { index.update(old: $0, new: $1) }
        }
        return index
    }
}

// MARK: Writing: for the Reflector

extension ObjectCache {
    /// Takes the answer of a list: what it does not hold is deleted, what has the same resourceVersion is not told.
    package func replace(with objects: [CachedObject<Kind>], at version: ResourceVersion) {
        delivery.withLock { delivery in
            var gone = state.withLock { $0.objects }
            for object in objects {
                gone[object.name] = nil
                upsert(object, delivery)
            }
            for object in gone.values { remove(object.name, delivery) }
            finishList(at: version, delivery)
        }
    }

    /// Takes one event of a watch.
    package func apply(_ event: WatchEvent) throws(JSONParseError) {
        switch event {
        case .added(let encoded), .modified(let encoded):
            let object = try CachedObject<Kind>(encoded)
            delivery.withLock { delivery in
                upsert(object, delivery)
                advance(to: encoded.resourceVersion)
            }
        case .deleted(let encoded):
            let name = try CachedObject<Kind>(encoded).name
            delivery.withLock { delivery in
                remove(name, delivery)
                advance(to: encoded.resourceVersion)
            }
        case .bookmark(let version):
            advance(to: version)
        }
    }

    private func upsert(_ object: CachedObject<Kind>, _ delivery: borrowing Delivery) {
        let old = state.withLock { $0.objects.updateValue(object, forKey: object.name) }
        guard old?.resourceVersion != object.resourceVersion else { return }
        tell(.upserted(new: object, old: old), old: old, new: object, delivery)
    }

    private func remove(_ name: ObjectName, _ delivery: borrowing Delivery) {
        guard let old = state.withLock({ $0.objects.removeValue(forKey: name) }) else { return }
        tell(.deleted(last: old), old: old, new: nil, delivery)
    }

    private func tell(
        _ event: ObjectEvent<Kind>, old: CachedObject<Kind>?, new: CachedObject<Kind>?,
        _ delivery: borrowing Delivery
    ) {
        for update in delivery.indexes { update(old, new) }
        for observer in delivery.observers { observer(event) }
    }

    private func advance(to version: ResourceVersion) {
        state.withLock { $0.resourceVersion = max($0.resourceVersion, version) }
    }

    private func finishList(at version: ResourceVersion, _ delivery: borrowing Delivery) {
        let (isFirst, waiters) = state.withLock { state in
            let isFirst = !state.isSynced
            state.resourceVersion = version
            state.isSynced = true
            defer { state.waiters = [] }
            return (isFirst, state.waiters)
        }
        if isFirst { for observer in delivery.observers { observer(.synced) } }
        for waiter in waiters { waiter.resume() }
    }
}
