/// How the ownership of fields sees a value: what is owned as a whole, and what is owned part by part.
///
/// Source: the extensions `x-kubernetes-list-type`, `x-kubernetes-list-map-keys` and `x-kubernetes-map-type`.
enum FieldShape: Sendable {
    /// A plain value.
    case scalar
    /// A list, map or object that is owned as a whole.
    case atomic
    /// An object of named fields.
    case object(Schema)
    /// A map whose values are owned one by one.
    case map(Schema.FieldType)
    /// A list whose elements are told apart by these members.
    case list(keys: [Key], Schema.FieldType)
    /// A list of distinct plain values.
    case set
    /// Something that no table describes: objects are maps, lists are atomic.
    case untyped

    /// A member that tells the elements of a list apart.
    struct Key: Sendable {
        let name: String
        /// What counts where an element does not have it.
        let fallback: JSON?
    }
}

extension Schema.Field {
    var shape: FieldShape {
        if isAtomicMap { return .atomic }
        guard case .array(let element) = type else { return type.shape }
        switch listType {
        case nil, .atomic?: return .atomic
        case .set?: return .set
        case .map(let names)?:
            return .list(
                keys: names.sorted().map { .init(name: $0, fallback: element.fallback($0)) },
                element)
        }
    }
}

extension Schema.FieldType {
    /// Of an element, or of a field of which nothing more is said.
    var shape: FieldShape {
        switch self {
        case .string, .boolean, .int32, .int64, .intOrString, .quantity, .time, .microTime: .scalar
        case .object(let schema), .embedded(let schema): schema.isAtomic ? .atomic : .object(schema)
        case .array: .atomic
        case .map(let element): .map(element)
        case .rawObject, .opaque: .untyped
        }
    }

    fileprivate func fallback(_ member: String) -> JSON? {
        if case .object(let schema) = self { schema[member]?.defaultValue } else { nil }
    }
}

extension FieldShape {
    /// The shape of a value that no table describes.
    static func deduced(_ value: JSON?) -> FieldShape {
        switch value {
        case .object?: .map(.opaque)
        case .array?: .atomic
        case .null?, .bool?, .integer?, .double?, .string?, nil: .scalar
        }
    }

    /// The shape of a member of an object or map, and whether the member is a declared one.
    func member(_ name: String) -> (shape: FieldShape, isDeclared: Bool)? {
        switch self {
        case .object(let schema): schema[name].map { ($0.shape, true) }
        case .map(let element): (element.shape, false)
        case .untyped: (.untyped, false)
        case .scalar, .atomic, .list, .set: nil
        }
    }

    /// The shape of what an element of a path leads to.
    func child(_ element: FieldElement) -> (shape: FieldShape, isDeclared: Bool)? {
        switch (self, element) {
        case (_, .field(let name)): member(name)
        case (.list(_, let type), .key): (type.shape, false)
        case (.set, .value): (.scalar, false)
        case (_, _): nil
        }
    }

    /// What tells an element of a list from the others; nil where nothing does.
    func element(of value: JSON) -> FieldElement? {
        switch self {
        case .set:
            switch value {
            case .bool, .integer, .double, .string: return .value(value)
            case .null, .array, .object: return nil
            }
        case .list(let keys, _):
            guard let object = value.object else { return nil }
            let members = keys.compactMap { key in
                (object[key.name] ?? key.fallback).map {
                    FieldElement.KeyMember(name: key.name, value: $0)
                }
            }
            return members.isEmpty ? nil : .key(members)
        case .scalar, .atomic, .object, .map, .untyped: return nil
        }
    }

    /// The shape of an element of a list.
    var elements: FieldShape {
        switch self {
        case .list(_, let type): type.shape
        case .set: .scalar
        case .scalar, .atomic, .object, .map, .untyped: .atomic
        }
    }
}

extension Schema.Field {
    /// What the server's own type shows where an object does not state the field: an object without which the kind
    /// is never seen, and a list that is null.
    var implied: JSON? {
        switch (type, presence) {
        case (.object, .always): [:]
        case (.array, _) where isRequired: .null
        case (_, _): nil
        }
    }

    var isImplied: Bool { implied != nil }
}
