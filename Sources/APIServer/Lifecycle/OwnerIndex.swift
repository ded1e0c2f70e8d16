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
        var dependents: [String: Set<Dependent>] = [:]
        var owners: [Dependent: [String]] = [:]
        var counts: [Resource: Int] = [:]
    }

    private let state = Mutex(State())

    /// Replaces what is known of an object; no owners where it is gone.
    func set(_ dependent: Dependent, owners: [String]) {
        state.withLock { state in
            for uid in state.owners[dependent] ?? [] {
                state.dependents[uid]?.remove(dependent)
                if state.dependents[uid]?.isEmpty == true { state.dependents[uid] = nil }
            }
            let had = state.owners[dependent] != nil
            state.owners[dependent] = owners.isEmpty ? nil : owners
            let change = (owners.isEmpty ? 0 : 1) - (had ? 1 : 0)
            state.counts[dependent.resource, default: 0] += change
            for uid in owners { state.dependents[uid, default: []].insert(dependent) }
        }
    }

    var isEmpty: Bool { state.withLock { $0.owners.isEmpty } }

    /// Whether an object of this resource has an owner.
    func holds(_ resource: Resource) -> Bool { state.withLock { $0.counts[resource] ?? 0 > 0 } }

    func dependents(of uid: String) -> Set<Dependent> {
        state.withLock { $0.dependents[uid] ?? [] }
    }
}
