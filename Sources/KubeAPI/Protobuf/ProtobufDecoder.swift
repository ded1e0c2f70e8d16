/// Makes the JSON tree of a protobuf message, by the field numbers of its schema. Fields that the schema does
/// not know are skipped, as in every protobuf decoder.
struct ProtobufDecoder {
    private var path: [String] = []

    func object(_ bytes: ArraySlice<UInt8>, _ schema: Schema) throws(Status) -> JSONObject {
        var object = JSONObject()
        try read(bytes, schema, into: &object)
        return object
    }

    private func read(
        _ bytes: ArraySlice<UInt8>, _ schema: Schema, into object: inout JSONObject
    ) throws(Status) {
        var reader = ProtobufReader(bytes)
        while let (number, value) = try next(&reader) {
            guard let field = schema.fields.first(where: { $0.tag == number }) else { continue }
            if case .embedded(let inner) = field.type {
                try read(try self.bytes(value), inner, into: &object)
            } else {
                var decoder = self
                decoder.path.append(field.name)
                try decoder.read(value, field, into: &object)
            }
        }
    }

    private func read(
        _ value: ProtobufReader.Value, _ field: Schema.Field, into object: inout JSONObject
    ) throws(Status) {
        switch field.type {
        case .array(let element):
            var elements = object[field.name]?.array ?? []
            object[field.name] = .null
            elements += try self.elements(value, element)
            object[field.name] = .array(elements)
        case .map(let element):
            let (key, entry) = try self.entry(value, element)
            var members = object[field.name]?.object ?? [:]
            object[field.name] = .null
            members[key] = entry
            object[field.name] = .object(members)
        case .string, .boolean, .int32, .int64, .intOrString, .quantity, .time, .microTime,
            .object, .embedded, .rawObject, .opaque:
            let json = try self.value(value, field.type)
            if field.means(json) { object[field.name] = json }
        }
    }

    /// One element, or several numbers packed into one field.
    private func elements(
        _ value: ProtobufReader.Value, _ type: Schema.FieldType
    ) throws(Status) -> [JSON] {
        guard case .bytes(let packed) = value, type.isNumber else {
            return [try self.value(value, type)]
        }
        var reader = ProtobufReader(packed)
        var elements: [JSON] = []
        while !reader.isAtEnd {
            do throws(ProtobufReader.Failure) {
                elements.append(type.number(try reader.number()))
            } catch {
                throw failure(error)
            }
        }
        return elements
    }

    /// An entry of a map: key 1, value 2.
    private func entry(
        _ value: ProtobufReader.Value, _ type: Schema.FieldType
    ) throws(Status) -> (String, JSON) {
        var reader = ProtobufReader(try bytes(value))
        var key = ""
        var entry = type.zero
        while let (number, part) = try next(&reader) {
            switch number {
            case 1: key = try text(part)
            case 2: entry = try self.value(part, type)
            case _: break
            }
        }
        return (key, entry)
    }

    private func value(
        _ value: ProtobufReader.Value, _ type: Schema.FieldType
    ) throws(Status) -> JSON {
        switch type {
        case .string: return .string(try text(value))
        case .boolean, .int32, .int64: return type.number(try number(value))
        case .object(let schema): return .object(try object(try bytes(value), schema))
        case .intOrString: return try intOrString(value)
        case .quantity: return .string(try text(field: 1, of: value))
        case .time, .microTime: return try time(value, type)
        case .rawObject: return try rawObject(value)
        case .opaque:
            guard try bytes(value).isEmpty else {
                throw Status(
                    .unsupportedMediaType,
                    "\(path.joined(separator: ".")) cannot be read from protobuf; send the object as JSON"
                )
            }
            return [:]
        case .array, .map, .embedded: return .null
        }
    }

    // MARK: Values with a message of their own

    /// intstr.IntOrString: type 1, intVal 2, strVal 3.
    private func intOrString(_ value: ProtobufReader.Value) throws(Status) -> JSON {
        guard try number(field: 1, of: value) == 1 else {
            return Schema.FieldType.int32.number(try number(field: 2, of: value))
        }
        return .string(try text(field: 3, of: value))
    }

    /// Time and MicroTime: seconds 1, nanoseconds 2; an empty message is no time.
    private func time(
        _ value: ProtobufReader.Value, _ type: Schema.FieldType
    ) throws(Status) -> JSON {
        guard !(try bytes(value).isEmpty) else { return .null }
        let seconds = try number(field: 1, of: value)
        let text = Timestamp(secondsSinceEpoch: Int64(bitPattern: seconds)).description
        guard case .microTime = type else { return .string(text) }
        let nanoseconds = try number(field: 2, of: value)
        let digits = String(nanoseconds / 1000 % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        return .string(text.dropLast() + ".\(fraction)Z")
    }

    /// RawExtension and FieldsV1: JSON text in field 1.
    private func rawObject(_ value: ProtobufReader.Value) throws(Status) -> JSON {
        guard let raw = try field(1, of: value) else { return .null }
        let text = Array(try bytes(raw))
        do throws(JSONParseError) {
            return try JSON(parsing: text)
        } catch {
            throw failure(.badJSON)
        }
    }

    /// The last value of a field of a message.
    private func field(
        _ number: Int, of value: ProtobufReader.Value
    ) throws(Status) -> ProtobufReader.Value? {
        var reader = ProtobufReader(try bytes(value))
        var found: ProtobufReader.Value?
        while let (field, part) = try next(&reader) {
            if field == number { found = part }
        }
        return found
    }
}

extension ProtobufDecoder {
    private func number(
        field: Int, of value: ProtobufReader.Value
    ) throws(Status) -> UInt64 {
        guard let part = try self.field(field, of: value) else { return 0 }
        return try number(part)
    }

    private func text(field: Int, of value: ProtobufReader.Value) throws(Status) -> String {
        guard let part = try self.field(field, of: value) else { return "" }
        return try text(part)
    }
}

// MARK: - Errors with their place

extension ProtobufDecoder {
    private func failure(_ failure: ProtobufReader.Failure) -> Status {
        .unreadable(failure, at: path.joined(separator: "."))
    }

    private func next(
        _ reader: inout ProtobufReader
    ) throws(Status) -> (field: Int, value: ProtobufReader.Value)? {
        do throws(ProtobufReader.Failure) { return try reader.next() } catch {
            throw failure(error)
        }
    }

    private func bytes(_ value: ProtobufReader.Value) throws(Status) -> ArraySlice<UInt8> {
        do throws(ProtobufReader.Failure) { return try value.bytes } catch { throw failure(error) }
    }

    private func text(_ value: ProtobufReader.Value) throws(Status) -> String {
        do throws(ProtobufReader.Failure) { return try value.text } catch { throw failure(error) }
    }

    private func number(_ value: ProtobufReader.Value) throws(Status) -> UInt64 {
        do throws(ProtobufReader.Failure) { return try value.number } catch { throw failure(error) }
    }
}

extension Schema.Field {
    /// Whether a value that was sent means more than "not set".
    fileprivate func means(_ value: JSON) -> Bool {
        if value.isNull { return false }
        switch presence {
        case .optional: return true
        case .always: return value.object?.isEmpty == false
        case .value:
            switch type {
            case .object, .opaque, .rawObject: return true
            case .quantity: return value != ""
            case .string, .boolean, .int32, .int64, .intOrString, .time, .microTime,
                .array, .map, .embedded:
                return isRequired || value != type.zero
            }
        }
    }
}

extension Schema.FieldType {
    fileprivate var isNumber: Bool {
        switch self {
        case .boolean, .int32, .int64: true
        case .string, .intOrString, .quantity, .time, .microTime, .object, .array, .map,
            .embedded, .rawObject, .opaque:
            false
        }
    }

    /// The value of a varint of this type.
    fileprivate func number(_ value: UInt64) -> JSON {
        switch self {
        case .boolean: .bool(value != 0)
        case .int32: .integer(Int64(Int32(truncatingIfNeeded: value)))
        case .int64, .string, .intOrString, .quantity, .time, .microTime, .object, .array,
            .map, .embedded, .rawObject, .opaque:
            .integer(Int64(bitPattern: value))
        }
    }
}
