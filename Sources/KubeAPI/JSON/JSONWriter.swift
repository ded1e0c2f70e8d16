extension JSON {
    /// The value as compact JSON text in UTF-8.
    package func encoded() -> [UInt8] {
        var output = ByteBuffer()
        write(to: &output)
        return output.bytes
    }

    /// Appends the value as compact JSON text in UTF-8. A number that JSON cannot say becomes null.
    package func write(to bytes: inout [UInt8]) {
        var output = ByteBuffer()
        write(to: &output)
        output.withBytes { bytes.append(contentsOf: $0) }
    }

    /// Appends a JSON string with its quotes.
    package static func write(_ text: String, to bytes: inout [UInt8]) {
        var output = ByteBuffer()
        output.appendString(text)
        output.withBytes { bytes.append(contentsOf: $0) }
    }

    private func write(to output: inout ByteBuffer) {
        switch self {
        case .null: output.append("null")
        case .bool(let value): output.append(value ? "true" : "false")
        case .integer(let value): output.append(value)
        case .double(let value): Self.write(value, to: &output)
        case .string(let value): output.appendString(value)
        case .array(let elements): Self.write(elements, to: &output)
        case .object(let members): Self.write(members, to: &output)
        }
    }

    private static func write(_ elements: [JSON], to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            element.write(to: &output)
        }
        output.append(UInt8(ascii: "]"))
    }

    private static func write(_ object: JSONObject, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in object {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            output.appendString(key)
            output.append(UInt8(ascii: ":"))
            value.write(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func write(_ value: Double, to output: inout ByteBuffer) {
        if !value.isFinite {
            output.append("null")
        } else if let integer = Int64(exactly: value) {
            output.append(integer)
        } else {
            output.append(text: value.description)
        }
    }
}
