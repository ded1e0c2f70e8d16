import KubeAPI

/// What a client knows of its own objects: nobody else writes them. A write whose answer was lost leaves more than one
/// state possible until somebody reads the object.
struct Ledger: Sendable {
    /// The name of an object, with its kind.
    struct Key: Hashable, Sendable, CustomStringConvertible {
        var resource: Resource
        var name: ObjectName

        var description: String { "\(resource.plural) \(name)" }
    }

    /// Annotation by which a state of an object is told from all others.
    static let token = "soak.pointsman.dev/token"

    /// The possible tokens of each object; nil stands for "it does not exist". A key that is absent was never tried.
    private(set) var states: [Key: Set<Int?>] = [:]

    func isCertain(_ key: Key) -> Bool { states[key].map { $0.count == 1 } ?? true }

    /// Whether the object is there for all that is known; nil where that is not certain.
    func exists(_ key: Key) -> Bool? {
        guard let states = states[key] else { return false }
        guard states.count == 1, let state = states.first else { return nil }
        return state != nil
    }

    /// A write was acknowledged, or its object was read.
    mutating func settle(_ key: Key, _ token: Int?) { states[key] = [token] }

    /// The answer of a write was lost: it was made or it was not.
    mutating func doubt(_ key: Key, _ token: Int?) { states[key, default: [nil]].insert(token) }

    func allows(_ key: Key, _ token: Int?) -> Bool { states[key, default: [nil]].contains(token) }

    static func token(of object: JSON) -> Int? {
        object.value(at: "metadata", "annotations", token)?.string.flatMap { Int($0) }
    }
}
