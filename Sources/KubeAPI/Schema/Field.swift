extension Schema {
    /// One field of a type.
    package struct Field: Sendable {
        /// As JSON spells it.
        package let name: String
        /// The field number in protobuf; 0 where the field is not part of the message.
        package let tag: Int
        package let type: FieldType
        /// What the field is for.
        package let about: String
        package private(set) var isRequired = false
        /// What protobuf's presence of the field says.
        package private(set) var presence = Presence.value
        /// How server-side apply sees a list; nil for what is not a list.
        package private(set) var listType: ListType?
        /// Server-side apply takes a map as a whole.
        package private(set) var isAtomicMap = false
        /// How a strategic merge patch treats the field; nil means that it replaces it.
        package private(set) var merge: MergeStrategy?
        /// The value that OpenAPI names as default.
        package private(set) var defaultValue: JSON?
    }

    /// The shape of a field's value.
    package indirect enum FieldType: Sendable {
        case string, boolean, int32, int64
        /// A number or a name.
        case intOrString
        /// A decimal with a unit, such as `100m` or `1Gi`.
        case quantity
        /// RFC 3339 text of whole seconds.
        case time
        /// RFC 3339 text of microseconds.
        case microTime
        case object(Schema)
        case array(FieldType)
        case map(FieldType)
        /// A message of its own in protobuf whose fields JSON shows among those of the outer type.
        case embedded(Schema)
        /// JSON text in bytes in protobuf, any object in JSON.
        case rawObject
        /// A part of the API that is kept as it comes and not looked into.
        case opaque
    }

    /// How a protobuf message tells a set field from an unset one.
    package enum Presence: Sendable {
        /// A zero value is an unset one; an object is sent only where it is set.
        case value
        /// Sent only where it is set: a zero value is meant.
        case optional
        /// An object that is always sent: an empty one is unset.
        case always
    }

    package enum ListType: Sendable, Equatable {
        case atomic, set
        /// A map by these members of its elements.
        case map(keys: [String])
    }

    package enum MergeStrategy: Sendable, Equatable {
        /// A list of objects, matched by this member.
        case byKey(String, retainKeys: Bool)
        /// A list of plain values, merged as a set.
        case asSet
    }
}

extension Schema.Field {
    private init(
        _ name: String, _ tag: Int, _ type: Schema.FieldType, _ about: String,
        list: Schema.ListType? = nil
    ) {
        self.name = name
        self.tag = tag
        self.type = type
        self.about = about
        listType = list
    }

    static func string(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .string, about)
    }
    static func boolean(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .boolean, about)
    }
    static func int32(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .int32, about)
    }
    static func int64(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .int64, about)
    }
    static func intOrString(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .intOrString, about)
    }
    static func quantity(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .quantity, about)
    }
    static func time(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .time, about)
    }
    static func microTime(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .microTime, about)
    }
    static func rawObject(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .rawObject, about)
    }
    static func opaque(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .opaque, about)
    }
    static func object(_ name: String, _ tag: Int, _ schema: Schema, _ about: String) -> Self {
        Self(name, tag, .object(schema), about)
    }
    static func embedded(_ name: String, _ tag: Int, _ schema: Schema) -> Self {
        Self(name, tag, .embedded(schema), "")
    }
    static func strings(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .array(.string), about, list: .atomic)
    }
    static func int64s(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .array(.int64), about, list: .atomic)
    }
    static func list(_ name: String, _ tag: Int, _ schema: Schema, _ about: String) -> Self {
        Self(name, tag, .array(.object(schema)), about, list: .atomic)
    }
    static func opaqueList(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .array(.opaque), about, list: .atomic)
    }
    static func stringMap(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .map(.string), about)
    }
    static func quantities(_ name: String, _ tag: Int, _ about: String) -> Self {
        Self(name, tag, .map(.quantity), about)
    }
}

extension Schema.Field {
    var required: Self {
        var field = self
        field.isRequired = true
        return field
    }

    /// Unset differs from the zero value.
    var optional: Self {
        var field = self
        field.presence = .optional
        return field
    }

    /// An object that every message has.
    var always: Self {
        var field = self
        field.presence = .always
        return field
    }

    /// A map that is written as a whole.
    var asAtomicMap: Self {
        var field = self
        field.isAtomicMap = true
        return field
    }

    /// A list of distinct values.
    var asSet: Self {
        var field = self
        field.listType = .set
        return field
    }

    /// A list of which nothing more is said.
    var plainList: Self {
        var field = self
        field.listType = nil
        return field
    }

    /// A strategic merge patch adds to the list of plain values.
    var merging: Self {
        var field = self
        field.merge = .asSet
        return field
    }

    /// A list that is a map by these members.
    func keyed(by keys: String...) -> Self {
        var field = self
        field.listType = .map(keys: keys)
        return field
    }

    /// A strategic merge patch matches the elements by this member.
    func merging(by key: String, retainKeys: Bool = false) -> Self {
        var field = self
        field.merge = .byKey(key, retainKeys: retainKeys)
        return field
    }

    func defaulting(to value: JSON) -> Self {
        var field = self
        field.defaultValue = value
        return field
    }
}
