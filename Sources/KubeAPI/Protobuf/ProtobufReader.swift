/// Reads the fields of one protobuf message. Random bytes give an error, never a trap.
///
/// Source: the encoding chapter of the Protocol Buffers documentation.
struct ProtobufReader {
    enum Failure: String, Error {
        case truncated = "unexpected end of data"
        case badNumber = "a number that is too long"
        case badTag = "a field number that cannot be"
        case badWireType = "a wire type that is not supported"
        case wrongWireType = "a field of another type than expected"
        case badText = "text that is not UTF-8"
        case badJSON = "JSON inside that does not parse"
    }

    enum Value {
        case varint(UInt64)
        case fixed
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field and its value; nil at the end.
    mutating func next() throws(Failure) -> (field: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let key = try number()
        guard let field = Int(exactly: key >> 3), (1...0x1FFF_FFFF).contains(field) else {
            throw .badTag
        }
        switch key & 7 {
        case 0: return (field, .varint(try number()))
        case 1:
            _ = try take(8)
            return (field, .fixed)
        case 2:
            let count = try number()
            guard count <= UInt64(rest.count) else { throw .truncated }
            return (field, .bytes(try take(Int(count))))
        case 5:
            _ = try take(4)
            return (field, .fixed)
        case _: throw .badWireType
        }
    }

    /// A varint.
    mutating func number() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            guard shift < 63 || byte <= 1 else { throw .badNumber }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .truncated
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func take(_ count: Int) throws(Failure) -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

extension ProtobufReader.Value {
    var number: UInt64 {
        get throws(ProtobufReader.Failure) {
            guard case .varint(let value) = self else { throw .wrongWireType }
            return value
        }
    }

    var bytes: ArraySlice<UInt8> {
        get throws(ProtobufReader.Failure) {
            guard case .bytes(let value) = self else { throw .wrongWireType }
            return value
        }
    }

    var text: String {
        get throws(ProtobufReader.Failure) {
            guard let text = String(validating: try bytes, as: UTF8.self) else { throw .badText }
            return text
        }
    }
}
