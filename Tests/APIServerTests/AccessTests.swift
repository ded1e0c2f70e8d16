@testable import APIServer
import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("Who gets what over HTTPS")
struct AccessTests {
    @Test(
        "Without credentials there is health and version, and 403 with Kubernetes' words for the rest"
    )
    func anonymous() async throws {
        try await TestServer.with { server in
            for path in ["/healthz", "/livez", "/readyz?verbose", "/version", "/version/"] {
                #expect(try await server.send("GET", path, user: nil).code == 200, "\(path)")
            }
            for path in ["/api", "/apis", "/api/v1", "/openapi/v2", "/openapi/v3", "/nothing", "/"]
            {
                let answer = try await server.send("GET", path, user: nil)
                #expect(answer.code == 403)
                #expect(
                    answer.json["message"]?.string
                        == "forbidden: User \"system:anonymous\" cannot get path \"\(path)\"")
            }
            for path in [services, "\(services)/x", "/api/v1/nodes", "/api/v1/unknown"] {
                let answer = try await server.send("GET", path, user: nil)
                #expect(answer.code == 403)
                #expect(answer.reason == "Forbidden")
            }
            #expect(try await server.send("POST", "/healthz", [], user: nil).code == 403)
        }
    }

    @Test(
        "Wrong credentials are 401, whatever else is there",
        arguments: [
            ["Authorization: Bearer x"], ["Authorization: Bearer"], ["Authorization;"],
            ["Authorization: Basic YTpi"], ["authorization: bearer a.b.c"],
            ["Authorization: Bearer a", "Authorization: Bearer b"],
            ["Authorization: Bearer \(String(repeating: "a", count: 10_000))"],
        ])
    func wrongCredentials(headers: [String]) async throws {
        try await TestServer.with { server in
            for (path, user) in [("/healthz", nil), (services, nil), (services, "admin")] {
                let answer = try await server.send("GET", path, user: user, headers: headers)
                #expect(answer.code == 401)
                #expect(answer.json["message"] == "Unauthorized")
                #expect(answer.reason == "Unauthorized")
                #expect(answer.json["kind"] == "Status")
            }
        }
    }

    @Test("A certificate that names nobody is refused, one of another purpose is not let in")
    func certificates() async throws {
        try await TestServer.with { server in
            let nameless = try await server.send("GET", services, user: "nameless")
            #expect(nameless.code == 401)
            #expect(try await server.send("GET", "/healthz", user: "nameless").code == 401)
            // The server's own certificate is signed by the same authority.
            let answer = try? await server.send("GET", services, user: "server")
            #expect(answer.map { $0.code >= 400 } ?? true)
        }
    }

    @Test("Roles by certificate")
    func roles() async throws {
        try await TestServer.with { server in
            let shop = "/api/v1/namespaces/shop/services"
            _ = try await server.client.create(.namespaces, ["metadata": ["name": "shop"]])
            let body = JSON.service("a").encoded()
            for (user, method, path, code) in [
                ("stranger", "GET", services, 403), ("stranger", "GET", "/api/v1", 200),
                ("viewer", "GET", services, 200), ("viewer", "POST", services, 403),
                ("viewer", "GET", "\(services)/none", 404),
                ("viewer", "DELETE", "\(services)/none", 403),
                ("viewer", "GET", "\(services)/a/proxy/", 403),
                ("editor", "POST", services, 201), ("editor", "PUT", "\(services)/a/status", 403),
                ("editor", "POST", "/api/v1/namespaces", 403),
                ("shopper", "GET", services, 403), ("shopper", "GET", "/api/v1/services", 403),
                ("shopper", "GET", shop, 200), ("shopper", "POST", shop, 201),
                ("shopper", "GET", "/api/v1/namespaces/shop", 200),
                ("shopper", "GET", "/api/v1/namespaces", 403),
                ("agent", "GET", "/api/v1/services", 200), ("agent", "POST", services, 403),
                ("agent", "PUT", "\(services)/a", 403),
                ("agent", "PUT", "\(services)/a/status", 200),
            ] {
                let sent = method == "POST" || method == "PUT" ? body : nil
                let answer = try await server.send(method, path, sent, user: user)
                #expect(answer.code == code, "\(user) \(method) \(path): \(answer.text)")
            }
        }
    }

    @Test("Nothing is told of what one may not see: the answer is the same for what is not there")
    func reveals() async throws {
        try await TestServer.with { server in
            #expect(try await server.send("POST", services, .service("a")).code == 201)
            for method in ["GET", "PUT", "PATCH", "DELETE"] {
                func answer(_ name: String) async throws -> String {
                    let sent = try await server.send(
                        method, "\(services)/\(name)", Array("{not json".utf8), user: "stranger")
                    #expect(sent.code == 403)
                    return sent.text.replacing("\"\(name)\"", with: "").replacing(
                        "\\\"\(name)\\\"", with: "")
                }
                let (present, absent) = (try await answer("a"), try await answer("b"))
                #expect(present == absent)
            }
        }
    }

    @Test("A large body of a request that is refused is not read to its end")
    func largeBody() async throws {
        try await TestServer.with { server in
            let body = [UInt8](repeating: 32, count: 2 << 20)
            let answer = try await server.send("POST", services, body, user: "viewer")
            #expect(answer.code == 403)
            let small = try await server.send(
                "POST", services, [UInt8](repeating: 32, count: 100_000), user: "viewer")
            #expect(small.code == 403)
            #expect(small.headers["connection"] == nil)
        }
    }

    @Test("Administrators act as somebody else, others may not")
    func impersonation() async throws {
        try await TestServer.with { server in
            func get(_ path: String, _ user: String, _ headers: String...) async throws
                -> TestServer.Answer
            { try await server.send("GET", path, user: user, headers: headers) }
            let view = "Impersonate-Group: pointsman:view"
            let jane = "Impersonate-User: jane"
            #expect(try await get(services, "admin", jane, view).code == 200)
            let refused = try await get(services, "admin", jane)
            #expect(refused.code == 403)
            #expect(refused.text.contains(#"User \"jane\" cannot list"#))
            #expect(try await get("/api", "admin", jane).code == 200)
            #expect(
                try await get("/api", "admin", "Impersonate-User: system:anonymous").code == 403)
            let message = try await get(
                services, "viewer", jane, "impersonate-group: system:masters")
            #expect(message.code == 403)
            #expect(
                message.json["message"]?.string
                    == #"users "jane" is forbidden: User "viewer" cannot impersonate resource "users" in API group "" at the cluster scope"#
            )
            #expect(
                try await get(services, "viewer", "Impersonate-Group: system:masters").code == 403)
            #expect(try await get(services, "viewer", "Impersonate-Extra-a: b").code == 403)
            #expect(try await get(services, "viewer", "Impersonate-Uid: b").code == 403)
            #expect(try await get(services, "admin", view).code == 400)
            #expect(try await get(services, "admin", jane, "Impersonate-User: b").code == 400)
            #expect(try await get(services, "admin", jane, "Impersonate-Bogus: b").code == 400)
        }
    }

    @Test(
        "Paths cannot be written so that they are judged as one thing and served as another",
        arguments: [
            "/api/v1/namespaces/shop/../default/services",
            "/api/v1/namespaces/shop/%2e%2e/services",
            "/api/v1/namespaces/shop%2f..%2fdefault/services",
            "/api/v1/namespaces/shop/services/..%2f..%2fdefault%2fservices",
            "//api/v1/services", "/api//v1/services", "/api/v1/namespaces//default/services",
            "/api/v1/namespaces/default/services/", "/API/V1/services", "/api/v1/Services",
            "/api/v1/services?namespace=shop", "/api/v1/services;shop",
            "/api/v1/namespaces/shop/services/../../default/services/kubernetes",
            "/api/v1/services?fieldSelector=metadata.namespace%3Dshop",
            "/api/v1/watch/namespaces/default/services",
            "/api/v1/nodes/../namespaces/shop/services",
            "/%61pi/v1/services", "/api/v1/namespaces/%64efault/services",
            "/api/v1/namespaces/shop%00/services", "/api/v1/namespaces/SHOP/services",
        ])
    func paths(path: String) async throws {
        try await TestServer.with { server in
            _ = try await server.client.create(.namespaces, ["metadata": ["name": "shop"]])
            #expect(try await server.send("POST", services, .service("a")).code == 201)
            let answer = try await server.send(
                "GET", path, user: "shopper", headers: ["X-Original-URL: /healthz"])
            #expect([403, 404, 400].contains(answer.code), "\(answer.text)")
        }
    }
}
