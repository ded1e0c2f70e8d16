extension OpenAPI {
    /// The named schemas that the resources lead to, in the order of their names.
    func schemas(of resources: [Resource], _ dialect: Dialect) -> JSON {
        var found: [String: JSON] = Self.plainSchemas(dialect)
        for resource in resources {
            guard let schema = resource.schema else { continue }
            let isListed = resource.verbs.contains("list")
            let roots = [schema, .status, .deleteOptions] + (isListed ? [schema.list] : [])
            for type in roots.flatMap(\.reachable) {
                found[type.fullName] = Self.object(type, dialect)
            }
            found[schema.fullName]?[Self.kindExtension] = [resource.kindReference(resource.kind)]
            guard isListed else { continue }
            found[schema.list.fullName]?[Self.kindExtension] = [
                resource.kindReference(resource.kind + "List")
            ]
        }
        for schema in [Schema.status, .deleteOptions] {
            found[schema.fullName]?[Self.kindExtension] = [
                ["group": "", "version": "v1", "kind": .string(schema.name)]
            ]
        }
        return .object(
            JSONObject(distinct: found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    static let kindExtension = "x-kubernetes-group-version-kind"

    private static func object(_ schema: Schema, _ dialect: Dialect) -> JSON {
        var json: JSON = ["description": .string(schema.about), "type": "object"]
        if schema.isAtomic { json["x-kubernetes-map-type"] = "atomic" }
        let required = schema.members.filter(\.isRequired).map(\.name).sorted()
        if !required.isEmpty { json["required"] = .strings(required) }
        guard !schema.members.isEmpty else { return json }
        let members = schema.members.sorted { $0.name < $1.name }
        json["properties"] = .object(
            JSONObject(distinct: members.map { ($0.name, property($0, dialect)) }))
        return json
    }

    private static func property(_ field: Schema.Field, _ dialect: Dialect) -> JSON {
        var json = type(field.type, dialect)
        if dialect == .v3, json["$ref"] != nil {
            // Beside a $ref nothing else counts in version 3.
            json = ["allOf": [json]]
        }
        json["description"] = .string(field.about)
        if let value = field.defaultValue { json["default"] = value }
        if field.isAtomicMap { json["x-kubernetes-map-type"] = "atomic" }
        switch field.listType {
        case nil: break
        case .atomic?: json["x-kubernetes-list-type"] = "atomic"
        case .set?: json["x-kubernetes-list-type"] = "set"
        case .map(let keys)?:
            json["x-kubernetes-list-map-keys"] = .strings(keys)
            json["x-kubernetes-list-type"] = "map"
        }
        switch field.merge {
        case nil: break
        case .asSet?: json["x-kubernetes-patch-strategy"] = "merge"
        case .byKey(let key, let retainKeys)?:
            json["x-kubernetes-patch-merge-key"] = .string(key)
            json["x-kubernetes-patch-strategy"] = retainKeys ? "merge,retainKeys" : "merge"
        }
        return json
    }

    private static func type(_ type: Schema.FieldType, _ dialect: Dialect) -> JSON {
        switch type {
        case .string: ["type": "string"]
        case .boolean: ["type": "boolean"]
        case .int32: ["type": "integer", "format": "int32"]
        case .int64: ["type": "integer", "format": "int64"]
        case .intOrString: reference(intOrStringName, dialect)
        case .quantity: reference(quantityName, dialect)
        case .time: reference(timeName, dialect)
        case .microTime: reference(microTimeName, dialect)
        case .object(let schema), .embedded(let schema): reference(schema.fullName, dialect)
        case .array(let element): ["type": "array", "items": Self.type(element, dialect)]
        case .map(let element):
            ["type": "object", "additionalProperties": Self.type(element, dialect)]
        case .rawObject, .opaque:
            ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        }
    }

    static func reference(_ name: String, _ dialect: Dialect) -> JSON {
        ["$ref": .string(dialect.referencePrefix + name)]
    }

    private static let intOrStringName = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
    private static let quantityName = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    private static let timeName = "io.k8s.apimachinery.pkg.apis.meta.v1.Time"
    private static let microTimeName = "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"
    static let patchName = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"

    /// The named schemas of values that are not objects.
    private static func plainSchemas(_ dialect: Dialect) -> [String: JSON] {
        var intOrString: JSON = [
            "description": "A number or a name.", "format": "int-or-string",
        ]
        var quantity: JSON = ["description": "A decimal with a unit, such as 100m or 1Gi."]
        switch dialect {
        case .v2:
            intOrString["type"] = "string"
            quantity["type"] = "string"
        case .v3:
            intOrString["oneOf"] = [["type": "integer"], ["type": "string"]]
            quantity["oneOf"] = [["type": "string"], ["type": "number"]]
        }
        intOrString["x-kubernetes-int-or-string"] = true
        return [
            intOrStringName: intOrString, quantityName: quantity,
            timeName: [
                "description": "A time in RFC 3339, such as 2026-01-02T03:04:05Z.",
                "type": "string", "format": "date-time",
            ],
            microTimeName: [
                "description": "A time in RFC 3339 with six digits of a second's fraction.",
                "type": "string", "format": "date-time",
            ],
            patchName: [
                "description": "A patch of the kind that the content type says.",
                "type": "object",
            ],
        ]
    }
}

extension Schema {
    /// The list of the kind, such as `ServiceList`.
    var list: Schema {
        Schema(
            origin, name + "List", "A list of objects of the kind \(name).",
            [
                Schema.apiVersionField, Schema.kindField,
                .object("metadata", 1, Schema.listMeta, "The revision and the next page."),
                .list("items", 2, self, "The objects.").required.plainList,
            ])
    }
}

extension Resource {
    func kindReference(_ kind: String) -> JSON {
        ["group": .string(group), "version": .string(version), "kind": .string(kind)]
    }
}
