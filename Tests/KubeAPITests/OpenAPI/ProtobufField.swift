/// A field of a protobuf message, as a small decoder of the tests reads it: written apart from the product's own.
struct ProtobufField: Equatable {
    var number: Int
    var varint: UInt64 = 0
    var data: [UInt8] = []

    var text: String { String(decoding: data, as: UTF8.self) }
    var message: [ProtobufField] { Self.message(data) ?? [] }

    /// nil for bytes that are not a message of varints and length-delimited fields.
    static func message(_ bytes: [UInt8]) -> [ProtobufField]? {
        var rest = bytes[...]
        var fields: [ProtobufField] = []
        func number() -> UInt64? {
            var value: UInt64 = 0
            var shift: UInt64 = 0
            while let byte = rest.popFirst(), shift < 64 {
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
            return nil
        }
        while !rest.isEmpty {
            guard let key = number(), let value = number() else { return nil }
            var field = ProtobufField(number: Int(key >> 3))
            switch key & 7 {
            case 0: field.varint = value
            case 2:
                guard value <= UInt64(rest.count) else { return nil }
                field.data = Array(rest.prefix(Int(value)))
                rest = rest.dropFirst(Int(value))
            case _: return nil
            }
            fields.append(field)
        }
        return fields
    }
}

extension [ProtobufField] {
    subscript(number number: Int) -> ProtobufField? { first { $0.number == number } }

    func all(_ number: Int) -> [ProtobufField] { filter { $0.number == number } }

    /// The members of a map written as names (1) and values (2).
    func named(_ number: Int) -> [String: [ProtobufField]] {
        var members: [String: [ProtobufField]] = [:]
        for field in all(number) {
            members[field.message[number: 1]?.text ?? ""] = field.message[number: 2]?.message
        }
        return members
    }
}
