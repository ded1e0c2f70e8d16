/// Kubernetes' strategic merge patch: a merge patch that also merges lists, by keys that the schema names,
/// and knows directives (members whose name starts with `$`).
///
/// Source: Kubernetes, "Update API Objects in Place Using kubectl patch" and the design of strategic merge.
enum StrategicMerge {
    typealias Directive = StrategicDirective

    /// The members of `original` after the patch.
    ///
    /// - Parameter type: what the object is; nil where nothing is known of it.
    static func merge(
        _ patch: JSONObject, into original: JSONObject, type: Schema.FieldType?
    ) throws(Status) -> JSONObject {
        switch patch[Directive.patch].map({ $0.string ?? "" }) {
        case nil, "merge": break
        case "replace": return withoutDirectives(patch)
        case "delete": return [:]
        case let other?: throw .badRequest("unknown patch type \(other) in map")
        }
        var result = original
        try Directive.retainKeys(of: patch, in: &result)
        let orders = try Directive.lists(of: patch, prefix: Directive.setElementOrder)
        let deletions = try Directive.lists(of: patch, prefix: Directive.deleteFromPrimitiveList)
        for (key, doomed) in deletions {
            guard let elements = result[key]?.array else { continue }
            result[key] = .array(elements.filter { !doomed.contains($0) })
        }
        for (key, change) in patch where !Directive.isDirective(key) {
            if change.isNull {
                result[key] = nil
            } else {
                result[key] = try merged(
                    change, into: result[key], field: type?.field(key), order: orders[key])
            }
        }
        for (key, order) in orders where patch[key] == nil {
            guard let elements = result[key]?.array else { continue }
            let list = StrategicList(field: type?.field(key))
            result[key] = .array(
                list.ordered(elements, by: order, original: elements))
        }
        return result
    }

    private static func merged(
        _ change: JSON, into original: JSON?, field: StrategicField?, order: [JSON]?
    ) throws(Status) -> JSON {
        switch change {
        case .object(let changes):
            return .object(
                try merge(changes, into: original?.object ?? [:], type: field?.type))
        case .array(let changes):
            return .array(
                try StrategicList(field: field).merge(
                    changes, into: original?.array ?? [], order: order))
        case .null, .bool, .integer, .double, .string: return change
        }
    }

    /// The object without the directives on its own level and below.
    static func withoutDirectives(_ object: JSONObject) -> JSONObject {
        var result = JSONObject()
        for (key, value) in object where !Directive.isDirective(key) && !value.isNull {
            result[key] = withoutDirectives(value)
        }
        return result
    }

    static func withoutDirectives(_ value: JSON) -> JSON {
        switch value {
        case .object(let members): .object(withoutDirectives(members))
        case .array(let elements): .array(elements.map(withoutDirectives))
        case .null, .bool, .integer, .double, .string: value
        }
    }
}

/// What a strategic merge needs to know of one member.
struct StrategicField {
    let type: Schema.FieldType
    let merge: Schema.MergeStrategy?
    /// The members that tell the elements of a list apart.
    let keys: [String]
}

extension Schema.FieldType {
    /// The member `name` of a value of this type; nil where nothing is known of it.
    func field(_ name: String) -> StrategicField? {
        switch self {
        case .object(let schema):
            guard let field = schema[name] else { return nil }
            let keys: [String] = if case .map(let keys)? = field.listType { keys } else { [] }
            return StrategicField(type: field.type, merge: field.merge, keys: keys)
        case .map(let element): return StrategicField(type: element, merge: nil, keys: [])
        case .string, .boolean, .int32, .int64, .intOrString, .quantity, .time, .microTime,
            .array, .embedded, .rawObject, .opaque:
            return nil
        }
    }
}
