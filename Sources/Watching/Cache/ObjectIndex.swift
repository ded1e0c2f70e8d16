package import KubeAPI
import Synchronization

/// The objects of a cache by a key that a function reads from each; kept up to date by the cache.
package final class ObjectIndex<Kind: KubeObject, Key: Hashable & Sendable>: Sendable {
    private let keys: @Sendable (Kind) -> [Key]
    private let table = Mutex<[Key: [ObjectName: CachedObject<Kind>]]>([:])

    init(keys: @escaping @Sendable (Kind) -> [Key]) {
        self.keys = keys
    }

    /// The objects with this key, in no particular order.
    package func objects(_ key: Key) -> [CachedObject<Kind>] {
        table.withLock { table in table[key].map { Array($0.values) } ?? [] }
    }

    /// The views of the objects with this key, in no particular order.
    package func views(_ key: Key) -> [Kind] {
        table.withLock { table in table[key]?.values.map(\.view) ?? [] }
    }

    /// How many objects have this key.
    package func count(_ key: Key) -> Int { table.withLock { $0[key]?.count ?? 0 } }

    func update(old: CachedObject<Kind>?, new: CachedObject<Kind>?) {
        let oldKeys = old.map { keys($0.view) } ?? []
        let newKeys = new.map { keys($0.view) } ?? []
        table.withLock { table in
            if let old {
                for key in oldKeys where !newKeys.contains(key) {
                    table[key]?[old.name] = nil
                    if table[key]?.isEmpty == true { table[key] = nil }
                }
            }
            if let new {
                for key in newKeys { table[key, default: [:]][new.name] = new }
            }
        }
    }
}
