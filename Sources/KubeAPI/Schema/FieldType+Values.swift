extension Schema.FieldType {
    /// The value as stored if it is a plain value of this type; nil if it is not.
    func plain(_ value: JSON) -> JSON? {
        switch (self, value) {
        case (.string, .string), (.boolean, .bool), (.int64, .integer),
            (.intOrString, .string):
            return value
        case (.int32, .integer(let number)), (.intOrString, .integer(let number)):
            guard Int32(exactly: number) != nil else { return nil }
            return value
        case (.quantity, .string(let text)):
            guard Quantity.isValid(text) else { return nil }
            return value
        case (.quantity, .integer(let number)): return .string(String(number))
        case (.quantity, .double(let number)): return .string(String(number))
        case (.time, .string(let text)), (.microTime, .string(let text)):
            guard Timestamp(text) != nil else { return nil }
            return value
        case (_, _): return nil
        }
    }

    /// What Go makes of an absent value.
    var zero: JSON {
        switch self {
        case .string: ""
        case .boolean: false
        case .int32, .int64, .intOrString: 0
        case .quantity: "0"
        case .time, .microTime, .opaque, .rawObject: .null
        case .object, .map, .embedded: [:]
        case .array: []
        }
    }

    /// The type as Go calls it.
    var goName: String {
        switch self {
        case .string: "string"
        case .boolean: "bool"
        case .int32: "int32"
        case .int64: "int64"
        case .intOrString: "intstr.IntOrString"
        case .quantity: "resource.Quantity"
        case .time: "v1.Time"
        case .microTime: "v1.MicroTime"
        case .object(let schema), .embedded(let schema): "v1.\(schema.name)"
        case .array(let element): "[]\(element.goName)"
        case .map(.quantity): "v1.ResourceList"
        case .map(let element): "map[string]\(element.goName)"
        case .rawObject, .opaque: "runtime.RawExtension"
        }
    }

    /// The error that Kubernetes gives for a value that is not of this type.
    func mismatch(_ value: JSON, structure: String, field: String) -> String {
        let found = Self.describe(value, exactly: isInteger)
        switch (self, value) {
        case (.quantity, .string):
            return "quantities must match the regular expression "
                + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        case (.time, .string(let text)), (.microTime, .string(let text)):
            return "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse"
        case (.time, _), (.microTime, _):
            return "json: cannot unmarshal \(found) into Go value of type string"
        case (.intOrString, _):
            return "json: cannot unmarshal \(found) into Go value of type int32"
        case (_, _):
            let place = field.isEmpty ? "value" : "struct field \(structure).\(field)"
            return "json: cannot unmarshal \(found) into Go \(place) of type \(goName)"
        }
    }

    private var isInteger: Bool {
        switch self {
        case .int32, .int64, .intOrString: true
        case .string, .boolean, .quantity, .time, .microTime, .object, .array, .map,
            .embedded, .rawObject, .opaque:
            false
        }
    }

    private static func describe(_ value: JSON, exactly: Bool) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer(let number): exactly ? "number \(number)" : "number"
        case .double(let number): exactly ? "number \(number)" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
