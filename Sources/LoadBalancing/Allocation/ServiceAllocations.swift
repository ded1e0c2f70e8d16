package import Addresses
package import KubeAPI

/// What an admitted write takes from the pools and gives back. Hand it to `commit` when the write is stored, or to
/// `rollback` when it is not.
package struct ServiceAllocations: Sendable, Equatable {
    package let owner: ObjectName
    /// Taken already.
    package internal(set) var takenAddresses: [IPAddress] = []
    var takenPorts: [Int64] = []
    /// Given back by `commit`.
    package internal(set) var droppedAddresses: Set<IPAddress> = []
    var droppedPorts: Set<Int64> = []

    init(owner: ObjectName) { self.owner = owner }

    package var isEmpty: Bool {
        takenAddresses.isEmpty && takenPorts.isEmpty && droppedAddresses.isEmpty
            && droppedPorts.isEmpty
    }
}

/// An address or port of a stored Service that it should not have, found when the pools were rebuilt. The Service
/// keeps it.
package struct AllocationConflict: Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// An older Service has it.
        case heldBy(ObjectName)
        /// Outside the ranges of now, or a network or broadcast address.
        case refused(AllocationError)
    }

    package var service: ObjectName
    /// `10.96.0.10` or `nodePort 30000`.
    package var what: String
    package var reason: Reason

    package var description: String {
        switch reason {
        case .heldBy(let other): "Service \(service): \(what) belongs to \(other)"
        case .refused(let error): "Service \(service): \(what): \(error)"
        }
    }
}

/// Who holds what; the first claimant is the owner. More than one only where stored objects conflict.
struct Claims<Key: Hashable & Sendable>: Sendable {
    private var owners: [Key: [ObjectName]] = [:]

    /// The owner before this claim; nil if the key was free.
    mutating func add(_ key: Key, by name: ObjectName) -> ObjectName? {
        let owner = owners[key]?.first
        owners[key, default: []].append(name)
        return owner
    }

    /// True if nobody claims the key any more.
    mutating func remove(_ key: Key, by name: ObjectName) -> Bool {
        guard var claimants = owners[key], let index = claimants.firstIndex(of: name) else {
            return false
        }
        claimants.remove(at: index)
        owners[key] = claimants.isEmpty ? nil : claimants
        return claimants.isEmpty
    }

    subscript(key: Key) -> ObjectName? { owners[key]?.first }

    /// Everybody who claims the key, the owner first.
    func claimants(of key: Key) -> [ObjectName] { owners[key] ?? [] }

    var keys: some Collection<Key> { owners.keys }
}
