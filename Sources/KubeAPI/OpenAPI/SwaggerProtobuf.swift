/// An OpenAPI v2 document as protobuf: gnostic's `openapi.v2.Document`, as kubectl 1.20 reads it.
///
/// Source: OpenAPIv2.proto of github.com/google/gnostic (field numbers).
enum SwaggerProtobuf {
    /// - Parameter document: the document as JSON, as `OpenAPI.swagger` gives it.
    static func encode(_ document: JSON) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.text(1, document["swagger"])
        writer.message(2) { info in
            info.text(1, document.value(at: "info", "title"))
            info.text(2, document.value(at: "info", "version"))
        }
        writer.message(8) { paths in
            paths.named(2, document["paths"], pathItem)
        }
        writer.message(9) { definitions in
            definitions.named(1, document["definitions"], schema)
        }
        return writer.bytes
    }

    private static func pathItem(_ item: JSON, _ writer: inout ProtobufWriter) {
        let methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)]
        for (method, field) in methods {
            guard let value = item[method] else { continue }
            writer.message(field) { operation(value, &$0) }
        }
    }

    private static func operation(_ operation: JSON, _ writer: inout ProtobufWriter) {
        writer.texts(1, operation["tags"])
        writer.text(3, operation["description"])
        writer.text(5, operation["operationId"])
        writer.texts(6, operation["produces"])
        writer.texts(7, operation["consumes"])
        for value in operation["parameters"]?.array ?? [] {
            writer.message(8) { item in item.message(1) { parameter(value, &$0) } }
        }
        writer.message(9) { responses in
            responses.named(1, operation["responses"]) { value, named in
                named.message(1) { response in
                    response.text(1, value["description"])
                    guard let body = value["schema"] else { return }
                    response.message(2) { item in item.message(1) { schema(body, &$0) } }
                }
            }
        }
        writer.extensions(13, of: operation)
    }

    private static func parameter(_ parameter: JSON, _ writer: inout ProtobufWriter) {
        switch parameter["in"]?.string {
        case "body":
            writer.message(1) { body in
                body.text(1, parameter["description"])
                body.text(2, parameter["name"])
                body.text(3, parameter["in"])
                body.flag(4, parameter["required"])
                if let value = parameter["schema"] { body.message(5) { schema(value, &$0) } }
            }
        case "path":
            writer.message(2) { other in
                other.message(4) { plain(parameter, type: 5, uniqueItems: 19, &$0) }
            }
        case _:
            writer.message(2) { other in
                other.message(3) { plain(parameter, type: 6, uniqueItems: 20, &$0) }
            }
        }
    }

    private static func plain(
        _ parameter: JSON, type: Int, uniqueItems: Int, _ writer: inout ProtobufWriter
    ) {
        writer.flag(1, parameter["required"])
        writer.text(2, parameter["in"])
        writer.text(3, parameter["description"])
        writer.text(4, parameter["name"])
        writer.text(type, parameter["type"])
        writer.flag(uniqueItems, parameter["uniqueItems"])
    }

    private static func schema(_ schema: JSON, _ writer: inout ProtobufWriter) {
        writer.text(1, schema["$ref"])
        writer.text(2, schema["format"])
        writer.text(4, schema["description"])
        if let value = schema["default"] { writer.message(5) { $0.any(value) } }
        writer.texts(19, schema["required"])
        if let value = schema["additionalProperties"] {
            writer.message(21) { item in item.message(1) { Self.schema(value, &$0) } }
        }
        if let value = schema["type"] { writer.message(22) { $0.text(1, value) } }
        if let value = schema["items"] {
            writer.message(23) { item in item.message(1) { Self.schema(value, &$0) } }
        }
        if let value = schema["properties"] {
            writer.message(25) { $0.named(1, value, Self.schema) }
        }
        writer.extensions(31, of: schema)
    }
}

extension ProtobufWriter {
    fileprivate mutating func text(_ field: Int, _ value: JSON?) {
        if let text = value?.string { string(field, text) }
    }

    fileprivate mutating func texts(_ field: Int, _ value: JSON?) {
        for text in value?.array ?? [] { self.text(field, text) }
    }

    fileprivate mutating func flag(_ field: Int, _ value: JSON?) {
        if value?.bool == true { bool(field, true) }
    }

    /// A map as a list of names (field 1) and values (field 2).
    fileprivate mutating func named(
        _ field: Int, _ members: JSON?, _ value: (JSON, inout ProtobufWriter) -> Void
    ) {
        for (name, member) in members?.object ?? [:] {
            message(field) { pair in
                pair.string(1, name)
                pair.message(2) { value(member, &$0) }
            }
        }
    }

    /// The members `x-…` of an object.
    fileprivate mutating func extensions(_ field: Int, of object: JSON) {
        for (name, member) in object.object ?? [:] where name.hasPrefix("x-") {
            message(field) { pair in
                pair.string(1, name)
                pair.message(2) { $0.any(member) }
            }
        }
    }

    /// Any value, as YAML (of which JSON is a part).
    fileprivate mutating func any(_ value: JSON) {
        string(2, String(decoding: value.encoded(), as: UTF8.self) + "\n")
    }
}
