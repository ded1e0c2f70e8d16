/// Holds what a writer applies against the schema: every field must be declared, of the right type, and lists must
/// not hold an element twice.
struct AppliedCheck {
    private(set) var errors: [String] = []

    init(_ object: JSON, _ schema: Schema) {
        check(object, .object(schema), Schema.FieldType.object(schema).shape, "")
    }

    private mutating func fail(_ path: String, _ why: String) {
        errors.append(path.isEmpty ? why : "\(path): \(why)")
    }

    private mutating func check(
        _ value: JSON, _ type: Schema.FieldType, _ shape: FieldShape, _ path: String
    ) {
        if value.isNull { return }
        switch type {
        case .object(let schema), .embedded(let schema): check(value, schema, path)
        case .map(let element):
            guard let members = value.object else {
                return fail(path, "expected map, got \(value.described)")
            }
            for (name, inner) in members.sorted(by: { $0.key < $1.key }) {
                check(inner, element, element.shape, path + FieldElement.field(name).shown)
            }
        case .array(let element):
            guard let elements = value.array else {
                return fail(path, "expected list, got \(value.described)")
            }
            check(elements, element, shape, path)
        case .string, .time, .microTime:
            if value.string == nil { fail(path, "expected string, got \(value.described)") }
        case .boolean:
            if value.bool == nil { fail(path, "expected boolean, got \(value.described)") }
        case .int32, .int64:
            switch value {
            case .integer, .double: break
            case .null, .bool, .string, .array, .object:
                fail(path, "expected numeric (int or float), got \(value.goType)")
            }
        case .intOrString, .quantity:
            switch value {
            case .integer, .double, .string, .bool: break
            case .null, .array, .object:
                fail(path, "expected any scalar, got \(value.described)")
            }
        case .rawObject, .opaque: break
        }
    }

    private mutating func check(_ value: JSON, _ schema: Schema, _ path: String) {
        guard let members = value.object else {
            return fail(path, "expected map, got \(value.described)")
        }
        for (name, inner) in members.sorted(by: { $0.key < $1.key }) {
            let path = path + FieldElement.field(name).shown
            guard let field = schema[name] else {
                fail(path, "field not declared in schema")
                return
            }
            check(inner, field.type, field.shape, path)
        }
    }

    private mutating func check(
        _ elements: [JSON], _ type: Schema.FieldType, _ shape: FieldShape, _ path: String
    ) {
        var seen: [FieldElement] = []
        for (index, value) in elements.enumerated() {
            var step = FieldElement.index(index)
            if let why = shape.obstacle(to: value) {
                return fail(path, "element \(index): \(why)")
            }
            if let element = shape.element(of: value) {
                if seen.contains(element) {
                    fail(path, "duplicate entries for key \(element.shown)")
                }
                seen.append(element)
                step = element
            }
            check(value, type, type.shape, path + step.shown)
        }
    }
}

extension FieldShape {
    /// Why nothing tells the element of a list from the others; nil where something does, or need not.
    fileprivate func obstacle(to value: JSON) -> String? {
        if element(of: value) != nil { return nil }
        switch (self, value) {
        case (.set, .object):
            return "associative list without keys has an element that's a map type"
        case (.set, .array): return "not supported: associative list with lists as elements"
        case (.set, _):
            return "associative list without keys has an element that's an explicit null"
        case (.list, .null): return "associative list with keys may not have a null element"
        case (.list(let keys, _), .object):
            let names = keys.map { "\"\($0.name)\"" }.joined(separator: " ")
            return "associative list with keys has an element that omits all key fields "
                + "[\(names)] (and doesn't have default values for any key fields)"
        case (.list, _): return "associative list with keys may not have non-map elements"
        case (_, _): return nil
        }
    }
}

extension JSON {
    /// The type of the value as Go calls it.
    fileprivate var goType: String {
        switch self {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int64"
        case .double: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    fileprivate var described: String {
        switch self {
        case .string(let text): text
        case .null, .bool, .integer, .double, .array, .object:
            String(decoding: encoded(), as: UTF8.self)
        }
    }
}
