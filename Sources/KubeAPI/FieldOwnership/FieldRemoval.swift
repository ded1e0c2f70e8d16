extension JSON {
    /// The object without some fields. What loses all that it held becomes null.
    func removing(_ fields: FieldSet, _ shape: FieldShape) -> JSON {
        switch shape {
        case .scalar: return self
        // Reached only for a set that goes below what is owned as a whole.
        case .atomic: return .null
        case .untyped: return removing(fields, .deduced(self))
        case .object, .map:
            guard let members = object, !members.isEmpty else { return .null }
            return Self.removing(fields, from: members, shape)
        case .list, .set:
            guard let elements = array, !elements.isEmpty else { return .null }
            return Self.removing(fields, from: elements, shape)
        }
    }

    private static func removing(
        _ fields: FieldSet, from members: JSONObject, _ shape: FieldShape
    ) -> JSON {
        var kept: [(key: String, value: JSON)] = []
        for (name, value) in members {
            guard let node = fields[.field(name)] else {
                kept.append((name, value))
                continue
            }
            if node.isMember { continue }
            let inner = shape.member(name)?.shape ?? .atomic
            kept.append((name, value.removing(node.children, inner)))
        }
        return kept.isEmpty ? .null : .object(JSONObject(distinct: kept))
    }

    private static func removing(
        _ fields: FieldSet, from elements: [JSON], _ shape: FieldShape
    ) -> JSON {
        let kept = elements.compactMap { value -> JSON? in
            guard let element = shape.element(of: value), let node = fields[element] else {
                return value
            }
            if node.isMember { return nil }
            return value.removing(node.children, shape.elements)
        }
        return kept.isEmpty ? .null : .array(kept)
    }
}
