import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"
private let applyType = "application/apply-patch+yaml"

extension TestServer {
    /// Applies a YAML text.
    fileprivate func apply(
        _ path: String, _ text: String, query: String = "fieldManager=me"
    ) async throws -> Answer {
        try await send("PATCH", "\(path)?\(query)", Array(text.utf8), type: applyType)
    }
}

extension JSON {
    /// `manager operation subresource` of the entries.
    fileprivate var writers: [String] {
        (value(at: "metadata", "managedFields")?.array ?? []).map { entry in
            ["manager", "operation", "subresource"].compactMap { entry[$0]?.string }
                .joined(separator: " ")
        }
    }

    fileprivate func fields(of manager: String) -> JSON? {
        value(at: "metadata", "managedFields")?.array?.first { $0["manager"]?.string == manager }?[
            "fieldsV1"]
    }
}

@Suite("Server-side apply over HTTPS")
struct ApplyTests {
    private static let web = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          selector: {app: web}
          ports:
          - port: 80   # of the Service
            targetPort: 8080
        """

    @Test("an apply makes the object, and again changes nothing")
    func creates() async throws {
        try await TestServer.with { server in
            let made = try await server.apply("\(services)/web", Self.web)
            #expect(made.code == 201)
            #expect(made.json.writers == ["me Apply"])
            #expect(made.json.value(at: "spec", "clusterIP")?.string?.hasPrefix("10.96.") == true)
            #expect(
                made.json.fields(of: "me")?["f:spec"]?.object?.keys == ["f:ports", "f:selector"])
            let again = try await server.apply("\(services)/web", Self.web)
            #expect(again.code == 200)
            #expect(again.json == made.json)
            let dry = try await server.apply(
                "\(services)/web", Self.web.replacing("8080", with: "9090"),
                query: "fieldManager=me&dryRun=All")
            #expect(dry.json.value(at: "spec", "ports")?.array?[0]["targetPort"] == 9090)
            #expect(try await server.get("\(services)/web").json == made.json)
            let absent = try await server.apply(
                "\(services)/dry", Self.web.replacing("name: web", with: "name: dry"),
                query: "fieldManager=me&dryRun=All")
            #expect(absent.code == 201)
            #expect(try await server.get("\(services)/dry").code == 404)
        }
    }

    @Test("a conflict is told with its causes, and force takes the field")
    func conflicts() async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", "\(services)?fieldManager=other", .service("web", ["type": "NodePort"]))
            let wanted = Self.web + "\n  type: ClusterIP\n"
            let refused = try await server.apply("\(services)/web", wanted)
            #expect(refused.code == 409 && refused.reason == "Conflict")
            let causes = refused.json.value(at: "details", "causes")?.array ?? []
            #expect(
                causes.map { $0["reason"] } == [
                    "FieldManagerConflict", "FieldManagerConflict",
                ])
            #expect(
                causes.compactMap { $0["field"]?.string }
                    == [".spec.type", ".spec.ports[port=80,protocol=\"TCP\"].targetPort"])
            #expect(
                refused.json["message"]
                    == """
                    Apply failed with 2 conflicts: conflicts with "other" using v1:
                    - .spec.type
                    - .spec.ports[port=80,protocol="TCP"].targetPort
                    """)
            let forced = try await server.apply(
                "\(services)/web", wanted, query: "fieldManager=me&force=true")
            #expect(forced.code == 200)
            #expect(forced.json.value(at: "spec", "type") == "ClusterIP")
            #expect(Set(forced.json.writers) == ["me Apply", "other Update"])
        }
    }

    /// A request that is refused.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var what: String
        var body = ApplyTests.web
        var query = "fieldManager=me"
        var path = "\(services)/web"
        var code: Int
        var message: String

        var testDescription: String { what }

        static let all: [Refusal] = [
            Refusal(
                what: "no field manager", query: "", code: 422,
                message:
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"
            ),
            Refusal(
                what: "a field manager that cannot be printed", query: "fieldManager=a%0Ab",
                code: 422, message: "invalid character U+000A (at position 1)"),
            Refusal(
                what: "a field manager that is too long",
                query: "fieldManager=" + String(repeating: "x", count: 129), code: 422,
                message: "fieldManager: Too long: may not be more than 128 bytes"),
            Refusal(
                what: "an unknown field",
                body: ApplyTests.web + "\n  bogus: 1", code: 500,
                message: ".spec.bogus: field not declared in schema"),
            Refusal(
                what: "another kind", body: ApplyTests.web.replacing("Service", with: "Pod"),
                code: 400, message: "invalid object type: /v1, Kind=Pod"),
            Refusal(
                what: "another name", body: ApplyTests.web.replacing("name: web", with: "name: x"),
                code: 400, message: "does not match the name on the URL"),
            Refusal(
                what: "entries of its own",
                body: ApplyTests.web.replacing("name: web", with: "name: web\n  managedFields: []"),
                code: 400, message: "metadata.managedFields must be nil"),
            Refusal(
                what: "a text that is no YAML", body: "a: b: c", code: 400,
                message:
                    "error decoding patch: error converting YAML to JSON: yaml: line 1: mapping values are not allowed in this context"
            ),
            Refusal(
                what: "a duplicate key in strict mode", body: ApplyTests.web + "\n  selector: {}",
                query: "fieldManager=me&fieldValidation=Strict", code: 400,
                message: "line 10: key \"selector\" already set in map"),
            Refusal(
                what: "the uid of an object that is not there",
                body: ApplyTests.web.replacing("name: web", with: "name: web\n  uid: u"),
                code: 409, message: "uid mismatch: the provided object specified uid u"),
            Refusal(
                what: "the status of an object that is not there", path: "\(services)/web/status",
                code: 404, message: "services \"web\" not found"),
            Refusal(
                what: "an invalid object",
                body: ApplyTests.web.replacing("port: 80 ", with: "port: 0 "), code: 422,
                message: "spec.ports[0].port: Invalid value: 0"),
        ]
    }

    @Test("what cannot be applied is refused", arguments: Refusal.all)
    func refuses(_ refusal: Refusal) async throws {
        try await TestServer.with { server in
            let answer = try await server.apply(refusal.path, refusal.body, query: refusal.query)
            #expect(answer.code == refusal.code)
            #expect(
                answer.json["message"]?.string?.contains(refusal.message) == true, "\(answer.text)")
            #expect(try await server.get("\(services)/web").code == 404)
        }
    }

    @Test("every write is counted: by its parameter, or by the program that sends it")
    func managers() async throws {
        try await TestServer.with { server in
            let made = try await server.send(
                "POST", services, .service("web", ["type": "LoadBalancer"]))
            #expect(made.json.writers == ["test Update"])
            #expect(
                made.json.fields(of: "test")?["f:spec"]?.object?.keys == [
                    "f:allocateLoadBalancerNodePorts", "f:externalTrafficPolicy",
                    "f:internalTrafficPolicy", "f:ports", "f:selector", "f:sessionAffinity",
                    "f:type",
                ])
            let patched = try await server.send(
                "PATCH", "\(services)/web?fieldManager=p", ["metadata": ["labels": ["a": "b"]]],
                type: "application/merge-patch+json")
            #expect(Set(patched.json.writers) == ["test Update", "p Update"])
            let status = try await server.send(
                "PATCH", "\(services)/web/status?fieldManager=s",
                ["status": ["loadBalancer": ["ingress": [["ip": "1.2.3.4"]]]]],
                type: "application/merge-patch+json")
            #expect(status.code == 200)
            #expect(status.json.writers.contains("s Update status"))
            #expect(
                status.json.fields(of: "s")
                    == ["f:status": ["f:loadBalancer": ["f:ingress": [:]]]])
            var put = status.json
            put["metadata"]?["managedFields"] = []
            let reset = try await server.send("PUT", "\(services)/web", put)
            #expect(reset.json.value(at: "metadata", "managedFields") == nil)
        }
    }

    @Test("an apply builds on the state that it names")
    func resourceVersion() async throws {
        try await TestServer.with { server in
            let made = try await server.apply("\(services)/web", Self.web)
            let version = made.json.value(at: "metadata", "resourceVersion")?.string ?? ""
            let pinned = Self.web.replacing(
                "name: web", with: "name: web\n  resourceVersion: \"\(version)\"\n  labels: {a: b}")
            #expect(try await server.apply("\(services)/web", pinned).code == 200)
            let late = try await server.apply(
                "\(services)/web", pinned.replacing("a: b", with: "a: c"))
            #expect(late.code == 409)
            #expect(late.json["message"]?.string?.contains("has been modified") == true)
        }
    }

    @Test("conditions are applied to the status, Pods and Namespaces as well")
    func otherKinds() async throws {
        try await TestServer.with { server in
            _ = try await server.apply("\(services)/web", Self.web)
            let status = try await server.apply(
                "\(services)/web/status",
                """
                {apiVersion: v1, kind: Service, metadata: {name: web}, status: {conditions: [
                {type: Ready, status: "True", reason: Why, message: "",
                lastTransitionTime: "2026-01-01T00:00:00Z"}]}}
                """, query: "fieldManager=c")
            #expect(status.code == 200, "\(status.text)")
            #expect(Set(status.json.writers) == ["me Apply", "c Apply status"])
            let pod = try await server.apply(
                "/api/v1/namespaces/default/pods/p",
                """
                {apiVersion: v1, kind: Pod, metadata: {name: p},
                spec: {containers: [{name: main, image: none}]}}
                """)
            #expect(pod.code == 201)
            let namespace = try await server.apply(
                "/api/v1/namespaces/shop",
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
            )
            #expect(namespace.code == 201)
            #expect(
                namespace.json.value(at: "metadata", "labels", "kubernetes.io/metadata.name")
                    == "shop")
        }
    }
}
