import Testing

@testable import KubeAPI

/// The value of a YAML text written in a test.
func yaml(_ text: String) throws -> JSON { try YAML.parse(Array(text.utf8)).value }

/// One object, and those who write it one after another.
struct Writing {
    static let start = Timestamp(secondsSinceEpoch: 1_700_000_000)

    let resource: Resource
    private(set) var object: JSON?
    private var now = start

    init(_ resource: Resource = .services) { self.resource = resource }

    /// The moment of the latest write.
    var time: String { now.description }

    private func ownership(_ subresource: String?) -> FieldOwnership {
        FieldOwnership(resource, subresource: subresource)!
    }

    /// Any write but an apply: replaces the object.
    mutating func update(_ manager: String, _ new: JSON, subresource: String? = nil) {
        now = now.advanced(by: 1)
        var new = new
        if new["apiVersion"] == nil {
            new["apiVersion"] = .string(resource.apiVersion)
            new["kind"] = .string(resource.kind)
        }
        ownership(subresource).update(
            &new, replacing: object, manager: manager, now: now.description)
        object = new
    }

    mutating func update(_ manager: String, _ text: String, subresource: String? = nil) throws {
        update(manager, try yaml(text), subresource: subresource)
    }

    mutating func apply(
        _ manager: String, _ wanted: JSON, force: Bool = false, subresource: String? = nil
    ) throws(Status) {
        now = now.advanced(by: 1)
        var wanted = wanted
        if wanted["apiVersion"] == nil {
            wanted["apiVersion"] = .string(resource.apiVersion)
            wanted["kind"] = .string(resource.kind)
        }
        let configuration = AppliedConfiguration(object: wanted, manager: manager, force: force)
        let merged = try ownership(subresource).apply(
            configuration, to: object, now: now.description)
        // As the server stores it: without nulls.
        object = SchemaCheck(merged, as: resource).pruned
    }

    mutating func apply(
        _ manager: String, _ text: String, force: Bool = false, subresource: String? = nil
    ) throws {
        try apply(manager, yaml(text), force: force, subresource: subresource)
    }

    var managed: ManagedFields {
        (try? ManagedFields(json: object?.value(at: "metadata", "managedFields")))
            ?? ManagedFields()
    }

    /// Who owns what, as `manager operation[/subresource]: paths`.
    var owners: [String] {
        (object?.value(at: "metadata", "managedFields")?.array ?? []).compactMap { json in
            guard let entry = try? ManagedFieldsEntry(json: json) else { return nil }
            let place = entry.writer.subresource.isEmpty ? "" : "/\(entry.writer.subresource)"
            let paths = entry.fields.shownPaths.joined(separator: " ")
            return "\(entry.writer.manager) \(entry.writer.operation.rawValue)\(place): \(paths)"
        }
    }

    func owned(by manager: String) -> FieldSet {
        managed.entries.filter { $0.writer.manager == manager }
            .reduce(FieldSet()) { $0.union($1.fields) }
    }

    /// The object without what it says about itself and its writers.
    var content: JSON {
        var content = object ?? .null
        content["apiVersion"] = nil
        content["kind"] = nil
        content["metadata"]?["managedFields"] = nil
        if content["metadata"]?.object?.isEmpty == true { content["metadata"] = nil }
        return content
    }
}
