import KubeAPI
import Testing

private let web = "/api/v1/namespaces/default/services/web"

@Suite("Patches that make no object of the kind")
struct PatchDecodingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var type: String
        var body: String
        /// What the message says after the value.
        var why: String
        /// What stands in the message for the value.
        var value: String
        var testDescription: String { "\(type) \(body)" }
    }

    @Test(
        "are 422 on the field patch, as Kubernetes words it",
        arguments: [
            Case(
                type: "strategic-merge-patch",
                body: #"{"spec":{"bogus":1,"selector":{"a":"b","c":null}},"bogus":[1.5,true]}"#,
                why: #"strict decoding error: unknown field "spec.bogus", unknown field "bogus""#,
                value: #""map[bogus:[1.5 true] spec:map[bogus:1 selector:map[a:b c:<nil>]]]""#),
            Case(
                type: "merge-patch", body: #"{"spec":{"bogus":1},"spec":{"bogus":2}}"#,
                why: #"strict decoding error: duplicate field "spec", unknown field "spec.bogus""#,
                value: #"\"bogus\":2"#),
            Case(
                type: "json-patch",
                body: #"[{"op":"add","path":"/spec/bogus","value":1,"foo":1,"op":"add"}]"#,
                why: #"strict decoding error: json patch unknown field "[0].foo", "#
                    + #"json patch duplicate field "[0].op", unknown field "spec.bogus""#,
                value: #"\"bogus\":1"#),
            Case(
                type: "merge-patch", body: #"{"spec":{"ports":[{"port":"x"}]}}"#,
                why:
                    "json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32",
                value: #"\"ports\":[{\"port\":\"x\"}]"#),
        ])
    func strict(_ wanted: Case) async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", "/api/v1/namespaces/default/services", .service("web"))
            let answer = try await server.send(
                "PATCH", "\(web)?fieldValidation=Strict", Array(wanted.body.utf8),
                type: "application/\(wanted.type)+json")
            #expect(answer.code == 422)
            #expect(answer.reason == "Invalid")
            let message = answer.json["message"]?.string ?? ""
            #expect(message.hasPrefix(#" "" is invalid: patch: Invalid value: ""#), "\(message)")
            #expect(message.hasSuffix(wanted.why), "\(message)")
            #expect(message.contains(wanted.value), "\(message)")
            let cause = answer.json.value(at: "details", "causes")?.array?.first
            #expect(cause?["field"] == "patch")
        }
    }

    @Test("only warn where nothing is said")
    func warn() async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", "/api/v1/namespaces/default/services", .service("web"))
            let answer = try await server.send(
                "PATCH", web, Array(#"{"spec":{"bogus":1},"spec":{"bogus":1}}"#.utf8),
                type: "application/merge-patch+json")
            #expect(answer.code == 200)
            #expect(answer.json.value(at: "spec", "bogus") == nil)
        }
    }
}
