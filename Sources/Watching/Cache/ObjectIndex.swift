package import KubeAPI
import Synchronization

/// The objects of a cache by a key that a function reads from each; kept up to date by the cache.
package final class ObjectIndex<Kind: KubeObject, Key: Hashable & Sendable>: Sendable {
    /// Mostly there is one object with a key: it needs no dictionary.
    fileprivate enum Entry {
        case one(CachedObject<Kind>)
        case more([ObjectName: CachedObject<Kind>])
    }

    private let keys: @Sendable (Kind) -> [Key]
    private let table = Mutex<[Key: Entry]>([:])

    init(keys: @escaping @Sendable (Kind) -> [Key]) {
        self.keys = keys
    }

    /// The objects with this key, in no particular order.
    package func objects(_ key: Key) -> [CachedObject<Kind>] {
        table.withLock { table in table[key]?.objects ?? [] }
    }

    /// The views of the objects with this key, in no particular order.
    package func views(_ key: Key) -> [Kind] {
        objects(key).map(\.view)
    }

    /// How many objects have this key.
    package func count(_ key: Key) -> Int { table.withLock { $0[key]?.count ?? 0 } }

    func update(old: CachedObject<Kind>?, new: CachedObject<Kind>?) {
        let oldKeys = old.map { keys($0.view) } ?? []
        let newKeys = new.map { keys($0.view) } ?? []
        table.withLock { table in
            if let old {
                for key in oldKeys where !newKeys.contains(key) {
                    table[key] = table.removeValue(forKey: key)?.without(old.name)
                }
            }
            if let new {
                for key in newKeys {
                    table[key] = table.removeValue(forKey: key)?.with(new) ?? .one(new)
                }
            }
        }
    }
}

extension ObjectIndex.Entry {
    var objects: [CachedObject<Kind>] {
        switch self {
        case .one(let object): [object]
        case .more(let objects): Array(objects.values)
        }
    }

    var count: Int {
        switch self {
        case .one: 1
        case .more(let objects): objects.count
        }
    }

    consuming func with(_ object: CachedObject<Kind>) -> Self {
        switch consume self {
        case .one(let other) where other.name == object.name: return .one(object)
        case .one(let other): return .more([other.name: other, object.name: object])
        case .more(var objects):
            objects[object.name] = object
            return .more(objects)
        }
    }

    /// nil where nothing is left.
    consuming func without(_ name: ObjectName) -> Self? {
        switch consume self {
        case .one(let object): return object.name == name ? nil : .one(object)
        case .more(var objects):
            objects[name] = nil
            if objects.count > 1 { return .more(objects) }
            return objects.values.first.map { .one($0) }
        }
    }
}
