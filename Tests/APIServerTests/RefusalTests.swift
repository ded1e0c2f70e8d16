import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("What is refused over HTTPS")
struct RefusalTests {
    @Test("A PUT makes no EndpointSlice, as in Kubernetes")
    func putOfSlice() async throws {
        try await TestServer.with { server in
            let slice: JSON = ["metadata": ["name": "a"], "addressType": "IPv4", "endpoints": []]
            let path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/a"
            let answer = try await server.send("PUT", path, slice)
            #expect(answer.code == 404)
        }
    }

    @Test(
        "A patch cannot make another kind of an object",
        arguments: [["kind": "Pod"], ["apiVersion": "v2"]] as [JSON])
    func patchOfKind(_ patch: JSON) async throws {
        try await TestServer.with { server in
            #expect(try await server.send("POST", services, .service("a")).code == 201)
            let answer = try await server.send(
                "PATCH", "\(services)/a", patch, type: "application/merge-patch+json")
            #expect(answer.code == 400)
        }
    }

    @Test("A propagation policy that there is not")
    func policy() async throws {
        try await TestServer.with { server in
            #expect(try await server.send("POST", services, .service("a")).code == 201)
            let path = "\(services)/a"
            let query = try await server.send("DELETE", "\(path)?propagationPolicy=No", nil)
            #expect(query.code == 422)
            let body = try await server.send("DELETE", path, ["propagationPolicy": "No"])
            #expect(body.code == 422)
            #expect(body.text.contains("supported values"))
        }
    }

    @Test(
        "What kubelets do is said to be unsupported, with what to do instead",
        arguments: ["pods/a/log", "pods/a/exec", "pods/a/portforward"])
    func unsupported(_ path: String) async throws {
        try await TestServer.with { server in
            let answer = try await server.get("/api/v1/namespaces/default/\(path)?container=c")
            #expect(answer.code == 405)
            #expect(answer.text.contains("not supported by pointsman: "))
        }
    }

    @Test("A generateName that is too long for five more characters is cut")
    func longGenerateName() async throws {
        try await TestServer.with { server in
            var service = JSON.service("")
            service["metadata"] = ["generateName": .string(String(repeating: "g", count: 60))]
            let created = try await server.send("POST", services, service)
            #expect(created.code == 201)
            #expect(created.json.value(at: "metadata", "name")?.string?.utf8.count == 63)
        }
    }
}
