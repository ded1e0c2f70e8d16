/// Collects the members of an object to be written, in order; what is not set ("", 0, false, nil, []) is left out.
struct Members {
    private var members: [(key: String, value: JSON)] = []

    /// The object. Each key was set once.
    var json: JSON { .object(JSONObject(distinct: members)) }

    mutating func set(_ key: String, _ value: JSON) { members.append((key, value)) }

    mutating func set(_ key: String, _ value: String) {
        if !value.isEmpty { set(key, JSON.string(value)) }
    }

    /// Unlike an empty text, an empty optional text is written: it was given.
    mutating func set(_ key: String, given value: String?) {
        if let value { set(key, JSON.string(value)) }
    }

    mutating func set(_ key: String, _ value: Int64) {
        if value != 0 { set(key, JSON.integer(value)) }
    }

    mutating func set(_ key: String, given value: Int64?) {
        if let value { set(key, JSON.integer(value)) }
    }

    mutating func set(_ key: String, _ value: Bool) {
        if value { set(key, JSON.bool(true)) }
    }

    mutating func set(_ key: String, given value: Bool?) {
        if let value { set(key, JSON.bool(value)) }
    }

    mutating func set(_ key: String, _ values: [String]) {
        if !values.isEmpty { set(key, JSON.strings(values)) }
    }

    mutating func set(_ key: String, _ values: [JSON]) {
        if !values.isEmpty { set(key, JSON.array(values)) }
    }

    mutating func set(_ key: String, _ values: [String: String]) {
        if !values.isEmpty { set(key, JSON.stringMap(values)) }
    }

    /// The members that every object begins with.
    init(of resource: Resource, _ metadata: ObjectMeta) {
        set("kind", JSON.string(resource.kind))
        set("apiVersion", JSON.string(resource.apiVersion))
        set("metadata", metadata.json)
    }

    init() {}
}

extension JSON {
    /// The text of a member; "" where it is absent.
    func text(_ key: String) -> String { self[key]?.string ?? "" }

    /// The elements of a member, each read by `read`; [] where it is absent.
    func elements<Element>(_ key: String, _ read: (JSON) -> Element) -> [Element] {
        self[key]?.array?.map(read) ?? []
    }

    /// The texts of a member that is a list of strings.
    func texts(_ key: String) -> [String] {
        guard let values = self[key]?.array else { return [] }
        var texts: [String] = []
        texts.reserveCapacity(values.count)
        for case .string(let text) in values { texts.append(text) }
        return texts
    }
}
