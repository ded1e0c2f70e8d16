import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("YAML over HTTPS")
struct YAMLBodyTests {
    private static let body = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          type: NodePort
          unknown: 1
          type: ClusterIP
          ports:
          - port: 80
            port: 81
        """

    @Test("a body of YAML is read, and its duplicate and unknown fields are told with their lines")
    func reads() async throws {
        try await TestServer.with { server in
            let strict = try await server.send(
                "POST", "\(services)?fieldValidation=Strict", Array(Self.body.utf8),
                type: "application/yaml")
            #expect(strict.code == 400)
            #expect(
                strict.json["message"]?.string?.hasSuffix(
                    """
                    strict decoding error: yaml: unmarshal errors:
                      line 8: key "type" already set in map
                      line 11: key "port" already set in map, unknown field "spec.unknown"
                    """) == true, "\(strict.text)")
            let made = try await server.send(
                "POST", services, Array(Self.body.utf8), type: "application/yaml")
            #expect(made.code == 201)
            #expect(made.json.value(at: "spec", "type") == "ClusterIP")
            #expect(made.headers["warning"] != nil)
            let bad = try await server.send(
                "PUT", "\(services)/web", Array("a: b: c".utf8), type: "application/yaml")
            #expect(bad.code == 400)
        }
    }

    @Test("an answer is YAML for who asks for it, an error as well")
    func answers() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let answer = try await server.send(
                "GET", "\(services)/web", accept: "application/yaml")
            #expect(answer.headers["content-type"] == "application/yaml")
            let json = try await server.get("\(services)/web").json
            #expect(try YAML.parse(answer.body).value == json)
            let missing = try await server.send(
                "GET", "\(services)/none", accept: "application/yaml")
            #expect(missing.code == 404)
            #expect(try YAML.parse(missing.body).value["reason"] == "NotFound")
            let watch = try await server.send(
                "GET", "\(services)?watch=true", accept: "application/yaml")
            #expect(watch.code == 406)
            let preferred = try await server.send(
                "GET", "\(services)/web", accept: "application/json, application/yaml")
            #expect(preferred.json == json)
        }
    }
}
