package import KubeAPI
import Synchronization

/// What this process wrote and a cache has not seen yet: a controller that reads the cache through it never
/// plans from a state older than its own last write.
package final class PendingWrites<Kind: KubeObject>: Sendable {
    private struct State {
        var stored: [ObjectName: CachedObject<Kind>] = [:]
        /// The last resourceVersions of objects that are being deleted.
        var deleted: [ObjectName: ResourceVersion] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Notes the answer of a create or update.
    package func stored(_ object: CachedObject<Kind>) {
        state.withLock { state in
            state.stored[object.name] = object
            state.deleted[object.name] = nil
        }
    }

    /// Notes that a delete is about to be sent; `version` is that of the object's last state.
    package func deleting(_ name: ObjectName, at version: ResourceVersion) {
        state.withLock { state in
            state.deleted[name] = version
            state.stored[name] = nil
        }
    }

    /// Forgets a name: after a refusal the cache decides again.
    package func forget(_ name: ObjectName) {
        state.withLock { state in
            state.deleted[name] = nil
            state.stored[name] = nil
        }
    }

    /// True for the echo of an own write. Call it on every event of the cache: it also drops what is settled.
    package func isOwn(_ event: ObjectEvent<Kind>) -> Bool {
        state.withLock { state in
            switch event {
            case .synced: return false
            case .upserted(let new, _):
                if let version = state.deleted[new.name], new.resourceVersion > version {
                    state.deleted[new.name] = nil
                }
                return state.stored[new.name]?.resourceVersion == new.resourceVersion
            case .deleted(let last):
                return state.deleted.removeValue(forKey: last.name) != nil
            }
        }
    }

    /// `cached`, read from a cache that has seen everything up to `seen`, as it is after the writes it has not
    /// seen. `belongs` picks the pending creates that `cached` should hold.
    package func overlay(
        _ cached: [CachedObject<Kind>], seen: ResourceVersion, where belongs: (Kind) -> Bool
    ) -> [CachedObject<Kind>] {
        state.withLock { state in
            for (name, object) in state.stored where object.resourceVersion <= seen {
                state.stored[name] = nil
            }
            guard !state.stored.isEmpty || !state.deleted.isEmpty else { return cached }
            var result = cached.filter { object in
                state.deleted[object.name].map { object.resourceVersion > $0 } ?? true
            }
            var missing = state.stored.filter { belongs($0.value.view) }
            for index in result.indices {
                guard let own = missing.removeValue(forKey: result[index].name) else { continue }
                if own.resourceVersion > result[index].resourceVersion { result[index] = own }
            }
            return result + missing.values
        }
    }
}
