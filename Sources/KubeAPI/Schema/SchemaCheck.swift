/// What is wrong with the fields of an object, and the object without what its kind does not know.
package struct SchemaCheck: Sendable, Equatable {
    /// The paths of fields that the kind does not have, such as `spec.bogus` or `spec.ports[0].bogus`.
    package private(set) var unknownFields: [String] = []
    /// Values of the wrong type, each as Kubernetes words it: `json: cannot unmarshal string into Go struct
    /// field ServicePort.spec.ports.port of type int32`.
    package private(set) var typeErrors: [String] = []
    /// The object without unknown fields and nulls. What the schema does not look into is kept.
    package private(set) var pruned: JSON = .null

    /// Holds an object against the schema of a resource. A resource without a schema allows everything.
    package init(_ object: JSON, as resource: Resource) {
        guard let schema = resource.schema else {
            pruned = object
            return
        }
        var place = Place(structure: schema.name)
        pruned = checked(object, .object(schema), &place) ?? [:]
    }

    /// Where in the object the check is: the path for people, and the one of Go's type errors.
    private struct Place {
        var structure: String
        var path = ""
        var field = ""

        func member(_ name: String, of schema: Schema) -> Place {
            Place(
                structure: schema.name, path: path.isEmpty ? name : "\(path).\(name)",
                field: field.isEmpty ? name : "\(field).\(name)")
        }

        func element(_ index: Int) -> Place {
            Place(structure: structure, path: "\(path)[\(index)]", field: field)
        }
    }
}

extension SchemaCheck {
    /// The value without what does not belong; nil for a null and for a value of the wrong type.
    private mutating func checked(
        _ value: JSON, _ type: Schema.FieldType, _ place: inout Place
    ) -> JSON? {
        if value.isNull { return nil }
        switch (type, value) {
        case (.object(let schema), .object(let members)):
            return .object(checked(members, schema, place))
        case (.array(let element), .array(let elements)):
            return .array(checked(elements, element, place))
        case (.map(let element), .object(let members)):
            return .object(checked(members, valuesOf: element, place))
        case (.opaque, _), (.rawObject, _): return value
        case (_, _):
            if let plain = type.plain(value) { return plain }
            typeErrors.append(type.mismatch(value, structure: place.structure, field: place.field))
            return nil
        }
    }

    private mutating func checked(
        _ members: JSONObject, _ schema: Schema, _ place: Place
    ) -> JSONObject {
        var kept: [(key: String, value: JSON)] = []
        for (name, value) in members {
            var inner = place.member(name, of: schema)
            guard let field = schema[name] else {
                unknownFields.append(inner.path)
                continue
            }
            if let value = checked(value, field.type, &inner) { kept.append((name, value)) }
        }
        return JSONObject(distinct: kept)
    }

    /// A null in a list stands for the zero value of its type, as in Go.
    private mutating func checked(
        _ elements: [JSON], _ type: Schema.FieldType, _ place: Place
    ) -> [JSON] {
        elements.enumerated().map { index, element in
            var inner = place.element(index)
            return checked(element, type, &inner) ?? type.zero
        }
    }

    private mutating func checked(
        _ members: JSONObject, valuesOf type: Schema.FieldType, _ place: Place
    ) -> JSONObject {
        var place = place
        var kept: [(key: String, value: JSON)] = []
        for (key, value) in members {
            kept.append((key, checked(value, type, &place) ?? type.zero))
        }
        return JSONObject(distinct: kept)
    }
}
