import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"
private let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

@Suite("The options of deletes")
struct DeleteOptionTests {
    /// A Service with two slices, of which only the first blocks its end, and a Pod that has another owner as well.
    private func family(_ server: TestServer) async throws {
        let uid = try await server.send("POST", services, .service("web")).json
            .value(at: "metadata", "uid")
        let other = try await server.send("POST", services, .service("other")).json
            .value(at: "metadata", "uid")
        func owner(_ name: String, _ uid: JSON?, blocks: Bool) -> JSON {
            [
                "apiVersion": "v1", "kind": "Service", "name": .string(name), "uid": uid ?? "",
                "blockOwnerDeletion": .bool(blocks),
            ]
        }
        for (name, blocks) in [("a", true), ("b", false)] {
            let slice: JSON = [
                "addressType": "IPv4", "endpoints": [],
                "metadata": [
                    "name": .string(name), "ownerReferences": [owner("web", uid, blocks: blocks)],
                ],
            ]
            #expect(try await server.send("POST", slices, slice).code == 201)
        }
        var pod = JSON.pod("p")
        pod["metadata"]?["ownerReferences"] = [
            owner("web", uid, blocks: true), owner("other", other, blocks: false),
        ]
        let made = try await server.send("POST", "/api/v1/namespaces/default/pods", pod)
        #expect(made.code == 201)
    }

    private func owners(_ server: TestServer, _ path: String) async throws -> [JSON]? {
        let answer = try await server.get(path)
        guard answer.code == 200 else { return nil }
        let references = answer.json.value(at: "metadata", "ownerReferences")?.array ?? []
        return references.map { $0["name"] ?? .null }
    }

    @Test("Orphans stay, and name their owner no longer", arguments: ["query", "body", "elder"])
    func orphans(form: String) async throws {
        try await TestServer.with { server in
            try await family(server)
            let path = "\(services)/web"
            let answer =
                switch form {
                case "query":
                    try await server.send("DELETE", "\(path)?propagationPolicy=Orphan", nil)
                case "body": try await server.send("DELETE", path, ["propagationPolicy": "Orphan"])
                default: try await server.send("DELETE", path, ["orphanDependents": true])
                }
            #expect(answer.code == 200)
            #expect(answer.json.value(at: "metadata", "finalizers") == ["orphan"])
            try await eventually { try await server.get(path).code == 404 }
            #expect(try await owners(server, "\(slices)/a") == [])
            #expect(try await owners(server, "\(slices)/b") == [])
            #expect(try await owners(server, "/api/v1/namespaces/default/pods/p") == ["other"])
        }
    }

    @Test("In the foreground an owner goes after the dependents that block it")
    func foreground() async throws {
        try await TestServer.with { server in
            try await family(server)
            // It holds the slice, which holds the Service.
            let hold: JSON = ["metadata": ["finalizers": ["example.com/hold"]]]
            _ = try await server.send(
                "PATCH", "\(slices)/a", hold, type: "application/merge-patch+json")
            let answer = try await server.send(
                "DELETE", "\(services)/web", ["propagationPolicy": "Foreground"])
            #expect(answer.code == 200)
            #expect(answer.json.value(at: "metadata", "finalizers") == ["foregroundDeletion"])
            try await eventually { try await owners(server, "\(slices)/b") == nil }
            try await eventually {
                try await server.get("\(slices)/a").json
                    .value(at: "metadata", "deletionTimestamp") != nil
            }
            #expect(try await server.get("\(services)/web").code == 200)
            _ = try await server.send(
                "PATCH", "\(slices)/a", ["metadata": ["finalizers": nil]],
                type: "application/merge-patch+json")
            try await eventually { try await server.get("\(services)/web").code == 404 }
            #expect(try await owners(server, "\(slices)/a") == nil)
            #expect(try await owners(server, "/api/v1/namespaces/default/pods/p") == ["other"])
        }
    }

    @Test("In the background the owner goes at once; the elder form says that it has only begun")
    func background() async throws {
        try await TestServer.with { server in
            try await family(server)
            let answer = try await server.send(
                "DELETE", "\(services)/web?propagationPolicy=Background", nil)
            #expect(answer.json["status"] == "Success")
            #expect(try await server.get("\(services)/web").code == 404)
            try await eventually { try await owners(server, "\(slices)/a") == nil }
            try await eventually { try await owners(server, "\(slices)/b") == nil }
            #expect(try await owners(server, "/api/v1/namespaces/default/pods/p")?.count == 2)
            var held = JSON.service("held")
            held["metadata"]?["finalizers"] = ["example.com/hold"]
            _ = try await server.send("POST", services, held)
            let begun = try await server.send(
                "DELETE", "\(services)/held", ["orphanDependents": false])
            #expect(begun.code == 202)
            #expect(begun.json["kind"] == "Service")
        }
    }

    @Test(
        "Options that are none are refused, and nothing is deleted",
        arguments: [
            (
                ["propagationPolicy": "No"], 422,
                "Unsupported value: \"No\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
            ),
            (
                ["propagationPolicy": "Orphan", "orphanDependents": true], 422,
                "orphanDependents and deletionPropagation cannot be both set"
            ),
            (["dryRun": ["Some"]], 422, "dryRun"), (["kind": "Pod"], 400, "DeleteOptions"),
            (
                ["preconditions": ["uid": "x"]], 409,
                "the UID in the precondition (x) does not match the UID in record ("
            ),
            (
                ["preconditions": ["resourceVersion": "1"]], 409,
                "The object might have been modified"
            ),
        ] as [(JSON, Int, String)])
    func refuses(options: JSON, code: Int, message: String) async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let answer = try await server.send("DELETE", "\(services)/web", options)
            #expect(answer.code == code)
            #expect(answer.json["message"]?.string?.contains(message) == true, "\(answer.text)")
            #expect(try await server.get("\(services)/web").code == 200)
            let dry = try await server.send("DELETE", "\(services)/web", ["dryRun": ["All"]])
            #expect(dry.code == 200)
            #expect(try await server.get("\(services)/web").code == 200)
        }
    }

    @Test("A negative grace period is one second")
    func negativeGrace() async throws {
        try await TestServer.with { server in
            let pods = "/api/v1/namespaces/default/pods"
            _ = try await server.send("POST", pods, .pod("a", spec: ["nodeName": "node"]))
            let answer = try await server.send("DELETE", "\(pods)/a?gracePeriodSeconds=-5", nil)
            #expect(answer.json.value(at: "metadata", "deletionGracePeriodSeconds") == 1)
        }
    }
}
