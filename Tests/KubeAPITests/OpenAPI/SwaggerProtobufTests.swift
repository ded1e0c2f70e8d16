import Testing

@testable import KubeAPI

@Suite("OpenAPI v2 as protobuf")
struct SwaggerProtobufTests {
    let swagger: JSON
    let document: [ProtobufField]

    init() throws {
        let api = OpenAPI(version: "v1.32.0")
        swagger = api.swagger
        document = try #require(ProtobufField.message(api.swaggerProtobuf))
    }

    @Test("the document says what it is")
    func head() throws {
        #expect(document[number: 1]?.text == "2.0")
        let info = try #require(document[number: 2]?.message)
        #expect(info[number: 1]?.text == "Pointsman")
        #expect(info[number: 2]?.text == "v1.32.0")
    }

    @Test("every definition is there, with what the JSON document says of it")
    func definitions() throws {
        let definitions = try #require(document[number: 9]?.message).named(1)
        let expected = try #require(swagger["definitions"]?.object)
        #expect(Set(definitions.keys) == Set(expected.keys))
        for (name, schema) in expected {
            try compare(try #require(definitions[name]), schema, name)
        }
    }

    private func compare(_ fields: [ProtobufField], _ schema: JSON, _ path: String) throws {
        #expect(fields[number: 1]?.text == schema["$ref"]?.string, "\(path)")
        #expect(fields[number: 2]?.text == schema["format"]?.string, "\(path)")
        #expect(fields[number: 4]?.text == schema["description"]?.string, "\(path)")
        let required = schema["required"]?.array?.compactMap(\.string) ?? []
        #expect(fields.all(19).map(\.text) == required, "\(path)")
        #expect(fields[number: 22]?.message[number: 1]?.text == schema["type"]?.string, "\(path)")
        if let items = schema["items"] {
            let inner = try #require(fields[number: 23]?.message[number: 1]?.message)
            try compare(inner, items, path + "[]")
        }
        if let values = schema["additionalProperties"] {
            let inner = try #require(fields[number: 21]?.message[number: 1]?.message)
            try compare(inner, values, path + "{}")
        }
        let properties = fields[number: 25]?.message.named(1) ?? [:]
        for (name, property) in schema["properties"]?.object ?? [:] {
            try compare(try #require(properties[name]), property, "\(path).\(name)")
        }
        let extensions = fields.named(31)
        for (name, value) in schema.object ?? [:] where name.hasPrefix("x-") {
            let yaml = try #require(extensions[name]?[number: 2]?.data)
            #expect(try JSON(parsing: yaml) == value)
        }
    }

    @Test("a patch has its body, its parameters, its answers and its kind")
    func patch() throws {
        let paths = try #require(document[number: 8]?.message).named(2)
        let patch = try #require(
            paths["/api/v1/namespaces/{namespace}/services/{name}"]?[number: 8]?.message)
        #expect(patch[number: 5]?.text == "patchCoreV1NamespacedService")
        #expect(patch.all(7).map(\.text).contains("application/strategic-merge-patch+json"))
        let parameters = patch.all(8).compactMap { $0.message[number: 1]?.message }
        let bodies = parameters.compactMap { $0[number: 1]?.message }
        #expect(bodies.map { $0[number: 2]?.text } == ["body"])
        let plain = parameters.compactMap { $0[number: 2]?.message }
        let query = plain.compactMap { $0[number: 3]?.message[number: 4]?.text }
        #expect(query.contains("dryRun") && query.contains("fieldValidation"))
        let path = plain.compactMap { $0[number: 4]?.message }
        #expect(path.compactMap { $0[number: 4]?.text } == ["name", "namespace"])
        #expect(path.allSatisfy { $0[number: 1]?.varint == 1 && $0[number: 5]?.text == "string" })
        let answers = try #require(patch[number: 9]?.message).named(1)
        #expect(Set(answers.keys) == ["200", "201"])
        let schema = answers["200"]?[number: 1]?.message[number: 2]?.message[number: 1]?.message
        #expect(schema?[number: 1]?.text == "#/definitions/io.k8s.api.core.v1.Service")
        let kind = try #require(
            patch.named(13)["x-kubernetes-group-version-kind"]?[number: 2]?.data)
        #expect(
            try JSON(parsing: kind) == ["group": "", "version": "v1", "kind": "Service"])
    }
}
