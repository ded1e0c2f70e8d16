import KubeAPI
import Synchronization

/// Which objects name which owners, by the owner's uid.
final class OwnerIndex: Sendable {
    /// An object, in little room: there may be one for every EndpointSlice.
    struct Dependent: Hashable, Sendable {
        let name: ObjectName
        private let place: UInt8

        /// nil for a resource that the API does not serve.
        init?(_ resource: Resource, _ name: ObjectName) {
            guard let place = Resource.all.firstIndex(of: resource) else { return nil }
            self.name = name
            self.place = UInt8(place)
        }

        var resource: Resource { Resource.all[Int(place)] }
    }

    private struct State {
        var dependents: [ObjectUID: OneOrMore<Dependent>] = [:]
        var owners: [Dependent: OneOrMore<ObjectUID>] = [:]
        var counts: [Resource: Int] = [:]

        mutating func add(_ dependent: Dependent, to uid: ObjectUID) {
            guard let index = dependents.index(forKey: uid) else {
                dependents[uid] = .one(dependent)
                return
            }
            dependents.values[index].insert(dependent)
        }

        mutating func remove(_ dependent: Dependent, from uid: ObjectUID) {
            dependents[uid] = dependents.removeValue(forKey: uid)?.removing(dependent)
        }
    }

    private let state = Mutex(State())

    /// Replaces what is known of an object; no owners where it is gone.
    func set(_ dependent: Dependent, owners: [ObjectUID]) {
        state.withLock { state in
            let before = state.owners.removeValue(forKey: dependent)
            for uid in before?.all ?? [] { state.remove(dependent, from: uid) }
            state.owners[dependent] = OneOrMore(owners)
            let change = (owners.isEmpty ? 0 : 1) - (before == nil ? 0 : 1)
            state.counts[dependent.resource, default: 0] += change
            for uid in owners { state.add(dependent, to: uid) }
        }
    }

    var isEmpty: Bool { state.withLock { $0.owners.isEmpty } }

    /// Whether an object of this resource has an owner.
    func holds(_ resource: Resource) -> Bool { state.withLock { $0.counts[resource] ?? 0 > 0 } }

    func dependents(of uid: ObjectUID) -> Set<Dependent> {
        state.withLock { $0.dependents[uid]?.all ?? [] }
    }
}
