/// The annotation in which client-side `kubectl apply` keeps what it applied: an object that was applied so is
/// taken over by `kubectl apply --server-side` without conflicts.
enum LastApplied {
    static let annotation = "kubectl.kubernetes.io/last-applied-configuration"
    /// The only manager to which this applies.
    static let manager = "kubectl"

    private static let annotationLimit = 256 << 10

    /// The fields that client-side apply set and that are still as it set them; nil without the annotation.
    static func fields(of live: JSON, _ resource: Resource, _ schema: Schema) -> FieldSet? {
        guard let text = live.value(at: "metadata", "annotations", annotation)?.string,
            let applied = try? JSON(parsing: Array(text.utf8)),
            applied["apiVersion"]?.string == resource.apiVersion,
            AppliedCheck(applied, schema).errors.isEmpty
        else { return nil }
        let comparison = FieldComparison(from: applied, to: live, schema)
        return FieldSet(of: applied, .object(schema)).subtracting(comparison.modified)
            .subtracting(comparison.added).subtracting(comparison.removed)
    }

    /// Brings the annotation of an object up to date that has one.
    static func refresh(_ object: inout JSON, _ applied: JSON) {
        let annotations = object.value(at: "metadata", "annotations")
        guard let known = annotations?[annotation]?.string, !known.isEmpty else { return }
        var applied = applied
        applied["metadata"]?["annotations"]?[annotation] = nil
        let text = String(decoding: applied.withSortedKeys.encoded(), as: UTF8.self) + "\n"
        var members = annotations ?? [:]
        members[annotation] = .string(text)
        let size = (members.stringMap ?? [:]).reduce(0) {
            $0 + $1.key.utf8.count + $1.value.utf8.count
        }
        if size > annotationLimit { members[annotation] = nil }
        object["metadata"]?["annotations"] = members
    }
}

extension JSON {
    /// The same with the members of all objects in the order of their keys.
    package var withSortedKeys: JSON {
        switch self {
        case .object(let members):
            .object(
                JSONObject(
                    distinct: members.sorted { $0.key < $1.key }
                        .map { ($0.key, $0.value.withSortedKeys) }))
        case .array(let elements): .array(elements.map(\.withSortedKeys))
        case .null, .bool, .integer, .double, .string: self
        }
    }
}
