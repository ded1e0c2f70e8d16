import KubeAPI
import Testing

private let authorization = "/apis/authorization.k8s.io/v1"
private let authentication = "/apis/authentication.k8s.io/v1"

@Suite("Questions about users and rights")
struct ReviewTests {
    @Test(
        "A user asks what it may do, and is told what it would find",
        arguments: [
            ("viewer", "list", "", "services", "default", true),
            ("viewer", "create", "", "services", "default", false),
            ("viewer", "list", "pointsman.dev", "tokens", "", false),
            ("editor", "create", "", "services", "", true),
            ("shopper", "create", "", "services", "shop", true),
            ("shopper", "create", "", "services", "default", false),
            ("shopper", "create", "", "services", "", false),
            ("agent", "patch", "", "nodes", "", true), ("stranger", "get", "", "pods", "a", false),
            ("admin", "*", "*", "*", "", true), ("viewer", "*", "*", "*", "", false),
        ])
    func selfSubjectAccess(
        user: String, verb: String, group: String, resource: String, namespace: String,
        allowed: Bool
    ) async throws {
        try await TestServer.with { server in
            let review: JSON = [
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": [
                    "resourceAttributes": [
                        "verb": .string(verb), "group": .string(group),
                        "resource": .string(resource), "namespace": .string(namespace),
                    ]
                ],
            ]
            let answer = try await server.send(
                "POST", "\(authorization)/selfsubjectaccessreviews", review.encoded(), user: user)
            #expect(answer.code == 201)
            #expect(answer.json.value(at: "status", "allowed") == .bool(allowed))
            #expect(answer.json["spec"] == review["spec"])
            #expect(answer.json["kind"] == "SelfSubjectAccessReview")
        }
    }

    @Test("A user is told all that it may do in a namespace")
    func rules() async throws {
        try await TestServer.with { server in
            func rules(_ user: String, _ namespace: String) async throws -> JSON {
                let review: JSON = ["spec": ["namespace": .string(namespace)]]
                return try await server.send(
                    "POST", "\(authorization)/selfsubjectrulesreviews", review.encoded(),
                    user: user
                ).json["status"] ?? .null
            }
            func writes(_ status: JSON) -> Bool {
                (status["resourceRules"]?.array ?? []).contains { rule in
                    rule["resources"]?.array?.contains("services") == true
                        && rule["verbs"]?.array?.contains("delete") == true
                }
            }
            #expect(try await writes(rules("editor", "any")))
            #expect(try await writes(rules("shopper", "shop")))
            #expect(try await !writes(rules("shopper", "default")))
            #expect(try await !writes(rules("viewer", "default")))
            let admin = try await rules("admin", "default")
            #expect(admin["resourceRules"]?.array?.contains { $0["verbs"] == ["*"] } == true)
            #expect(admin["incomplete"] == false)
            let paths = try await rules("stranger", "default")["nonResourceRules"]?.array ?? []
            #expect(paths.contains { $0["nonResourceURLs"]?.array?.contains("/openapi/*") == true })
            let none = try await server.send(
                "POST", "\(authorization)/selfsubjectrulesreviews", [:])
            #expect(none.code == 400)
        }
    }

    @Test("A user is told who it is, also when it acts as another")
    func whoAmI() async throws {
        try await TestServer.with { server in
            let path = "\(authentication)/selfsubjectreviews"
            func user(_ headers: String...) async throws -> JSON {
                try await server.send("POST", path, Array("{}".utf8), headers: headers)
                    .json.value(at: "status", "userInfo") ?? .null
            }
            #expect(
                try await user()
                    == ["username": "admin", "groups": ["system:masters", "system:authenticated"]])
            #expect(
                try await user(
                    "Impersonate-User: jane", "Impersonate-Group: a", "Impersonate-Extra-x%2fy: z",
                    "Impersonate-Uid: 7")
                    == [
                        "username": "jane", "uid": "7", "groups": ["a", "system:authenticated"],
                        "extra": ["x/y": ["z"]],
                    ])
            let nobody = try await server.send("POST", path, Array("{}".utf8), user: nil)
            #expect(nobody.code == 403)
        }
    }

    @Test("Administrators ask about others and about tokens; others may not")
    func others() async throws {
        try await TestServer.with { server in
            let access = "\(authorization)/subjectaccessreviews"
            func may(_ groups: [String], _ verb: String) async throws -> JSON {
                let review: JSON = [
                    "spec": [
                        "user": "jane", "groups": .strings(groups),
                        "nonResourceAttributes": ["path": "/api/v1", "verb": .string(verb)],
                    ]
                ]
                return try await server.send("POST", access, review).json.value(
                    at: "status", "allowed") ?? .null
            }
            #expect(try await may(["system:authenticated"], "get") == true)
            #expect(try await may([], "get") == false)
            #expect(try await may(["pointsman:admin"], "put") == true)

            let text = try await server.token("reader", ["role": "view"])
            let tokens = "\(authentication)/tokenreviews"
            let known = try await server.send("POST", tokens, ["spec": ["token": .string(text)]])
            #expect(known.json.value(at: "status", "authenticated") == true)
            #expect(
                known.json.value(at: "status", "user", "username") == "pointsman:token:reader")
            #expect(
                known.json.value(at: "status", "user", "groups")
                    == ["pointsman:view", "system:authenticated"])
            let unknown = try await server.send("POST", tokens, ["spec": ["token": "x"]])
            #expect(unknown.json.value(at: "status", "authenticated") == false)
            #expect(try await server.send("POST", tokens, ["spec": [:]]).code == 400)
            for path in [access, tokens] {
                for user in ["viewer", "editor", "agent", "stranger"] {
                    let answer = try await server.send("POST", path, Array("{}".utf8), user: user)
                    #expect(answer.code == 403)
                }
            }
        }
    }

    @Test("A local review asks about its own namespace alone")
    func local() async throws {
        try await TestServer.with { server in
            let path = "\(authorization)/namespaces/shop/localsubjectaccessreviews"
            func ask(_ spec: JSON, _ metadata: JSON = [:], user: String = "admin") async throws
                -> TestServer.Answer
            {
                let review: JSON = ["metadata": metadata, "spec": spec]
                return try await server.send("POST", path, review.encoded(), user: user)
            }
            func wanted(_ namespace: String, _ groups: [String]) -> JSON {
                [
                    "groups": .strings(groups),
                    "resourceAttributes": [
                        "namespace": .string(namespace), "verb": "create", "resource": "services",
                    ],
                ]
            }
            for (group, allowed) in [
                ("pointsman:edit:shop", true), ("pointsman:edit:other", false),
            ] {
                let answer = try await ask(wanted("shop", [group]))
                #expect(answer.code == 201)
                #expect(answer.json.value(at: "status", "allowed") == .bool(allowed))
                #expect(answer.json.value(at: "metadata", "namespace") == "shop")
                #expect(answer.json["kind"] == "LocalSubjectAccessReview")
            }
            let elsewhere = try await ask(wanted("other", ["a"]))
            #expect(elsewhere.code == 422)
            #expect(elsewhere.text.contains("must match metadata.namespace"))
            let other = try await ask(wanted("shop", ["a"]), ["namespace": "other"])
            #expect(other.code == 400)
            let named = try await ask(wanted("shop", ["a"]), ["name": "a"])
            #expect(named.text.contains("must be empty except for namespace"))
            let pathless = try await ask(
                ["user": "a", "nonResourceAttributes": ["path": "/", "verb": "get"]])
            #expect(pathless.text.contains("disallowed on this kind of request"))
            #expect(try await ask(wanted("shop", [])).code == 422)
            #expect(try await ask(wanted("shop", ["a"]), user: "editor").code == 403)
            let everywhere = "\(authorization)/localsubjectaccessreviews"
            #expect(try await server.send("POST", everywhere, [:]).code == 405)
        }
    }

    @Test("Questions that ask nothing are refused by field, and nothing but POST is known")
    func refusals() async throws {
        try await TestServer.with { server in
            let path = "\(authorization)/selfsubjectaccessreviews"
            let resource: JSON = ["verb": "get", "resource": "pods"]
            for (spec, message) in [
                ([:], "exactly one of nonResourceAttributes or resourceAttributes"),
                (
                    ["resourceAttributes": resource, "nonResourceAttributes": ["path": "/"]],
                    "cannot be specified in combination with resourceAttributes"
                ),
            ] as [(JSON, String)] {
                let answer = try await server.send("POST", path, ["spec": spec])
                #expect(answer.code == 422)
                #expect(answer.text.contains(message))
            }
            let named = try await server.send(
                "POST", path, ["metadata": ["name": "a"], "spec": ["resourceAttributes": resource]])
            #expect(named.code == 422)
            #expect(named.text.contains("must be empty"))
            let subject = try await server.send(
                "POST", "\(authorization)/subjectaccessreviews",
                ["spec": ["resourceAttributes": resource]])
            #expect(subject.text.contains("at least one of user or group must be specified"))
            for (method, place) in [("GET", path), ("DELETE", path), ("GET", "\(path)/a")] {
                #expect(try await server.send(method, place, nil).code == 405)
            }
            let strict = try await server.send(
                "POST", "\(path)?fieldValidation=Strict", ["sepc": 1])
            #expect(strict.code == 400)
        }
    }
}
