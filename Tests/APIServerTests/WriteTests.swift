import APIServer
import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("Writes over HTTPS")
struct WriteTests {
    @Test("A created object gets what the server says about it")
    func creates() async throws {
        try await TestServer.with { server in
            let answer = try await server.send("POST", services, .service("web"))
            #expect(answer.code == 201)
            let metadata = ObjectMeta(json: answer.json["metadata"] ?? [:])
            #expect(metadata.uid.count == 36)
            #expect(metadata.creationTimestamp.flatMap(Timestamp.init) != nil)
            #expect(metadata.generation == 1)
            #expect(answer.json.value(at: "spec", "type") == "ClusterIP")
            let read = try await server.get("\(services)/web")
            #expect(read.json == answer.json)
            let again = try await server.send("POST", services, .service("web"))
            #expect(again.code == 409)
            #expect(again.reason == "AlreadyExists")
            #expect(again.json["message"] == "services \"web\" already exists")
        }
    }

    @Test("generateName makes names of its own")
    func generatesNames() async throws {
        try await TestServer.with { server in
            var names: Set<String> = []
            for _ in 0..<3 {
                var service = JSON.service("")
                service["metadata"] = ["generateName": "web-"]
                let answer = try await server.send("POST", services, service)
                let name = answer.json.value(at: "metadata", "name")?.string ?? ""
                #expect(name.hasPrefix("web-") && name.utf8.count == 9)
                names.insert(name)
            }
            #expect(names.count == 3)
        }
    }

    /// A request that is refused.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var what: String
        var method = "POST"
        var path = services
        var body = ""
        var type = "application/json"
        var accept = "application/json"
        var code: Int
        var reason: String

        var testDescription: String { what }

        static let good = #"{"metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}}"#
        static let all: [Refusal] = [
            Refusal(what: "text that is no JSON", body: "{", code: 400, reason: "BadRequest"),
            Refusal(
                what: "another content type", body: good, type: "text/plain", code: 415,
                reason: "UnsupportedMediaType"),
            Refusal(
                what: "an answer in HTML", body: good, accept: "text/html", code: 406,
                reason: "NotAcceptable"),
            Refusal(
                what: "an unknown namespace", path: "/api/v1/namespaces/none/services",
                body: good, code: 404, reason: "NotFound"),
            Refusal(
                what: "another namespace in the object",
                body: #"{"metadata":{"name":"x","namespace":"other"}}"#, code: 400,
                reason: "BadRequest"),
            Refusal(
                what: "an object without a name", body: #"{"spec":{"ports":[{"port":80}]}}"#,
                code: 422, reason: "Invalid"),
            Refusal(
                what: "a value of the wrong type",
                body: #"{"metadata":{"name":"x"},"spec":{"ports":[{"port":"a"}]}}"#, code: 400,
                reason: "BadRequest"),
            Refusal(
                what: "an unknown field, strictly", path: services + "?fieldValidation=Strict",
                body: #"{"metadata":{"name":"x"},"spec":{"bogus":1,"ports":[{"port":80}]}}"#,
                code: 400, reason: "BadRequest"),
            Refusal(
                what: "a port that does not exist",
                body: #"{"metadata":{"name":"x"},"spec":{"ports":[{"port":0}]}}"#, code: 422,
                reason: "Invalid"),
            Refusal(
                what: "a kind of another path", body: #"{"kind":"Pod","metadata":{"name":"x"}}"#,
                code: 400, reason: "BadRequest"),
            Refusal(
                what: "a PUT to the collection", method: "PUT", body: good, code: 405,
                reason: "MethodNotAllowed"),
            Refusal(
                what: "a resource that is not served", method: "GET",
                path: "/api/v1/namespaces/default/secrets", code: 404, reason: "NotFound"),
            Refusal(
                what: "a dry run of something else", path: services + "?dryRun=Some", body: good,
                code: 422, reason: "Invalid"),
            Refusal(
                what: "a patch of an unknown form", method: "PATCH", path: services + "/kept",
                body: "{}", type: "application/xml-patch", code: 415,
                reason: "UnsupportedMediaType"),
            Refusal(
                what: "an object that is too large", body: String(repeating: " ", count: 4 << 20),
                code: 413, reason: "RequestEntityTooLarge"),
        ]
    }

    @Test("Bad requests are refused with a Status that says why")
    func refuses() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("kept"))
            for refusal in Refusal.all {
                let answer = try await server.send(
                    refusal.method, refusal.path,
                    refusal.method == "GET" ? nil : Array(refusal.body.utf8), type: refusal.type,
                    accept: refusal.accept)
                #expect(answer.code == refusal.code, "\(refusal.what)")
                #expect(answer.reason == refusal.reason, "\(refusal.what): \(answer.text)")
                #expect(answer.json["kind"] == "Status", "\(refusal.what)")
                #expect(answer.json["message"]?.string?.isEmpty == false, "\(refusal.what)")
            }
        }
    }

    @Test("An unknown field is dropped with a warning")
    func warns() async throws {
        try await TestServer.with { server in
            let answer = try await server.send("POST", services, .service("web", ["bogus": 1]))
            #expect(answer.code == 201)
            #expect(answer.headers["warning"] == #"299 - "unknown field \"spec.bogus\"""#)
            #expect(answer.json.value(at: "spec", "bogus") == nil)
        }
    }

    @Test("A PUT replaces, unless it builds on an older state")
    func replaces() async throws {
        try await TestServer.with { server in
            let first = try await server.send("POST", services, .service("web")).json
            var second = first
            second["metadata"]?["labels"] = ["a": "b"]
            let answer = try await server.send("PUT", "\(services)/web", second)
            #expect(answer.code == 200)
            #expect(answer.json.value(at: "metadata", "generation") == 1)
            let lost = try await server.send("PUT", "\(services)/web", first)
            #expect(lost.code == 409)
            #expect(lost.reason == "Conflict")
            // Without a resourceVersion it is unconditional; the allocated address stays.
            let third = try await server.send(
                "PUT", "\(services)/web", .service("web", ["ports": [["port": 81]]]))
            #expect(third.code == 200)
            #expect(third.json.value(at: "metadata", "generation") == 2)
            #expect(
                third.json.value(at: "spec", "clusterIP") == first.value(at: "spec", "clusterIP"))
            let wrongName = try await server.send("PUT", "\(services)/other", second)
            #expect(wrongName.code == 400)
            let created = try await server.send("PUT", "\(services)/new", .service("new"))
            #expect(created.code == 201)
        }
    }

    @Test("A write that changes nothing keeps the resourceVersion")
    func ignoresNoChange() async throws {
        try await TestServer.with { server in
            let first = try await server.send("POST", services, .service("web")).json
            #expect(try await server.send("PUT", "\(services)/web", first).json == first)
            let patch = try await server.send(
                "PATCH", "\(services)/web", ["spec": ["sessionAffinity": "None"]],
                type: "application/merge-patch+json")
            #expect(patch.json == first)
        }
    }

    @Test("The three forms of patches")
    func patches() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let path = "\(services)/web"
            let merged = try await server.send(
                "PATCH", path, ["metadata": ["labels": ["a": "1"]]],
                type: "application/merge-patch+json")
            #expect(merged.json.value(at: "metadata", "labels", "a") == "1")
            let strategic = try await server.send(
                "PATCH", path,
                [
                    "spec": [
                        "ports": [["port": 80, "name": "http"], ["port": 90, "name": "more"]]
                    ]
                ],
                type: "application/strategic-merge-patch+json")
            #expect(strategic.json.value(at: "spec", "ports")?.array?.count == 2)
            let json = try await server.send(
                "PATCH", path,
                [["op": "replace", "path": "/spec/ports/1/port", "value": 91]],
                type: "application/json-patch+json")
            #expect(json.json.value(at: "spec", "ports")?.array?[1]["port"] == 91)
            let failed = try await server.send(
                "PATCH", path, [["op": "test", "path": "/spec/type", "value": "NodePort"]],
                type: "application/json-patch+json")
            #expect(failed.code == 422)
            let stale = try await server.send(
                "PATCH", path, ["metadata": ["resourceVersion": "1", "labels": ["a": "2"]]],
                type: "application/merge-patch+json")
            #expect(stale.code == 409)
        }
    }

    @Test("Patches that race are all applied")
    func retriesPatches() async throws {
        try await TestServer.with { server in
            _ = try await server.client.create(.pods, .inDefault(.pod("web")))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        _ = try await server.client.patch(
                            .pods, ObjectName(namespace: "default", name: "web"),
                            .merge(["metadata": ["labels": .object(["l\(number)": "x"])]]),
                            subresource: nil)
                    }
                }
                try await group.waitForAll()
            }
            let pod = try await server.get("/api/v1/namespaces/default/pods/web").json
            #expect(pod.value(at: "metadata", "labels")?.object?.count == 8)
        }
    }

    @Test("The status is written by its subresource alone, and the rest by the main resource alone")
    func separatesStatus() async throws {
        try await TestServer.with { server in
            let path = "/api/v1/namespaces/default/pods/web"
            var pod = JSON.pod("web")
            pod["status"] = ["phase": "Running"]
            let created = try await server.send(
                "POST", "/api/v1/namespaces/default/pods", pod)
            #expect(created.json.value(at: "status", "phase") == "Pending")
            let status = try await server.send(
                "PATCH", path + "/status",
                ["status": ["phase": "Running"], "spec": ["nodeName": "elsewhere"]],
                type: "application/merge-patch+json")
            #expect(status.json.value(at: "status", "phase") == "Running")
            #expect(status.json.value(at: "spec", "nodeName") == nil)
            let main = try await server.send(
                "PATCH", path, ["status": ["phase": "Failed"], "metadata": ["labels": ["a": "b"]]],
                type: "application/merge-patch+json")
            #expect(main.json.value(at: "status", "phase") == "Running")
            #expect(main.json.value(at: "metadata", "labels", "a") == "b")
        }
    }

    @Test("A dry run answers as a write would, and stores and allocates nothing")
    func runsDry() async throws {
        try await TestServer.with { server in
            let before = try await server.get(services).json.value(
                at: "metadata", "resourceVersion")
            let answer = try await server.send(
                "POST", services + "?dryRun=All",
                .service("web", ["type": "NodePort", "clusterIP": "10.96.0.77"]))
            #expect(answer.code == 201)
            #expect(try await server.get("\(services)/web").code == 404)
            let after = try await server.get(services).json.value(at: "metadata", "resourceVersion")
            #expect(before == after)
            let real = try await server.send(
                "POST", services, .service("web", ["clusterIP": "10.96.0.77"]))
            #expect(real.code == 201)
            let gone = try await server.send("DELETE", "\(services)/web?dryRun=All", nil)
            #expect(gone.code == 200)
            #expect(try await server.get("\(services)/web").code == 200)
        }
    }

    @Test("Protobuf bodies are read")
    func readsProtobuf() async throws {
        try await TestServer.with { server in
            // Namespace "shop", as kubectl 1.32 sends it.
            let body: [UInt8] =
                [0x6B, 0x38, 0x73, 0x00, 0x0A, 0x0F, 0x0A, 0x02] + Array("v1".utf8)
                + [0x12, 0x09] + Array("Namespace".utf8)
                + [0x12, 0x08, 0x0A, 0x06, 0x0A, 0x04] + Array("shop".utf8)
            let answer = try await server.send(
                "POST", "/api/v1/namespaces", body, type: "application/vnd.kubernetes.protobuf")
            #expect(answer.code == 201)
            #expect(answer.json.value(at: "status", "phase") == "Active")
        }
    }
}
