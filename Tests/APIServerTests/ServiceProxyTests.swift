@testable import APIServer
import Addresses
import Foundation
import KubeAPI
import Testing

@Suite("The proxy of a Service")
struct ServiceProxyTests {
    @Test(
        "names its port as Kubernetes does",
        arguments: [
            ("web", "http web "), ("web:80", "http web 80"), (":web:http", "http web http"),
            ("https:web:", "https web "), ("ftp:web:80", nil), ("", nil), (":80", nil),
            ("a:b:c:d", nil),
        ] as [(String, String?)])
    func names(_ text: String, _ expected: String?) {
        let name = try? ServiceProxyName(parsing: text)
        #expect(name.map { "\($0.isTLS ? "https" : "http") \($0.name) \($0.port)" } == expected)
    }

    private static let services = "/api/v1/namespaces/default/services"

    /// A Service "web" with a Pod of 127.0.0.1 where `echo` listens.
    private static func prepare(_ server: TestServer, port: Int) async throws {
        var service = JSON.service("web")
        service["spec"]?["ports"] = [
            ["name": "http", "port": 80], ["name": "other", "port": 81],
        ]
        _ = try await server.send("POST", Self.services, service)
        _ = try await server.send("POST", "/api/v1/namespaces/default/pods", .pod("a"))
        let status: JSON = [
            "status": ["podIP": "127.0.0.1", "podIPs": [["ip": "127.0.0.1"]], "phase": "Running"]
        ]
        let patched = try await server.send(
            "PATCH", "/api/v1/namespaces/default/pods/a/status", status,
            type: "application/merge-patch+json")
        #expect(patched.code == 200, "\(patched.text)")
        try await Self.setEndpoints(server, port: port)
    }

    private static func setEndpoints(
        _ server: TestServer, port: Int, namespace: String = "default"
    ) async throws {
        let endpoints: JSON = [
            "apiVersion": "v1", "kind": "Endpoints", "metadata": ["name": "web"],
            "subsets": [
                [
                    "addresses": [
                        [
                            "ip": "127.0.0.1",
                            "targetRef": [
                                "kind": "Pod", "name": "a", "namespace": .string(namespace),
                            ],
                        ]
                    ],
                    "ports": [["name": "http", "port": .integer(Int64(port))]],
                ]
            ],
        ]
        let answer = try await server.send(
            "PUT", "/api/v1/namespaces/default/endpoints/web", endpoints)
        #expect(answer.code < 300, "\(answer.text)")
    }

    private static func configure(_ configuration: inout APIServer.Configuration) {
        configuration.allowsLoopbackPods = true
        configuration.podCIDRs = [IPPrefix("127.0.0.0/24")!]
    }

    @Test("carries method, path, query, headers and body to a Pod, and its answer back")
    func carries() async throws {
        try await EchoServer.with { echo in
            try await TestServer.with(configure: Self.configure) { server in
                try await Self.prepare(server, port: echo.port)
                let got = try await server.get("\(Self.services)/web:80/proxy/a%2Fb/c/?x=%20&y")
                #expect(got.code == 200 && got.headers["x-pod"] == "here")
                let json = got.json
                #expect(json["path"] == "/a%2Fb/c/?x=%20&y")
                #expect(json["method"] == "GET")
                let uri = "\(Self.services)/web:80/proxy/a%2Fb/c/"
                #expect(json.value(at: "headers", "x-forwarded-uri")?.string == uri)
                #expect(json.value(at: "headers", "authorization") == nil)
                for method in ["POST", "PUT", "PATCH", "DELETE"] {
                    let answer = try await server.send(
                        method, "\(Self.services)/http:web:http/proxy/x", Array("body".utf8),
                        type: "text/plain")
                    #expect(answer.json["method"]?.string == method)
                    #expect(answer.json["body"] == "body")
                    #expect(answer.json.value(at: "headers", "content-type") == "text/plain")
                }
                let missing = try await server.get("\(Self.services)/web:http/proxy/status/418")
                #expect(missing.code == 418)
                let large = try await server.get("\(Self.services)/web:http/proxy/large")
                #expect(large.body.count == 8 << 20)
            }
        }
    }

    @Test("keeps redirects below itself")
    func redirects() async throws {
        try await EchoServer.with { echo in
            try await TestServer.with(configure: Self.configure) { server in
                try await Self.prepare(server, port: echo.port)
                let root = try await server.get("\(Self.services)/web:http/proxy?a=b")
                #expect(root.code == 301)
                #expect(root.headers["location"] == "\(Self.services)/web:http/proxy/?a=b")
                let moved = try await server.get("\(Self.services)/web:http/proxy/redirect")
                #expect(moved.code == 302)
                #expect(moved.headers["location"] == "\(Self.services)/web:http/proxy/there")
            }
        }
    }

    @Test("says in Kubernetes' words why nobody is reached")
    func refusals() async throws {
        try await EchoServer.with { echo in
            try await TestServer.with(configure: Self.configure) { server in
                try await Self.prepare(server, port: echo.port)
                for (path, code, message) in [
                    ("web:82/proxy/", 503, "no service port 82 found for service \"web\""),
                    ("web:81/proxy/", 503, "no endpoints available for service \"web:81\""),
                    ("web/proxy/", 503, "no endpoints available for service \"web\""),
                    ("none/proxy/", 404, "endpoints \"none\" not found"),
                    ("none:80/proxy/", 404, "services \"none\" not found"),
                    ("ftp:web:80/proxy/", 400, "invalid service request \"ftp:web:80\""),
                ] {
                    let answer = try await server.get("\(Self.services)/\(path)")
                    #expect(answer.code == code && answer.json["message"]?.string == message)
                }
                // Not a Pod of this namespace: nobody reaches other hosts by writing Endpoints.
                try await Self.setEndpoints(server, port: echo.port, namespace: "kube-system")
                let other = try await server.get("\(Self.services)/web:http/proxy/")
                #expect(other.code == 503)
                try await Self.setEndpoints(server, port: 1)
                let closed = try await server.get("\(Self.services)/web:http/proxy/")
                #expect(closed.code == 503)
                let text = closed.json["message"]?.string ?? ""
                #expect(text.hasPrefix("error trying to reach service: "))
                let nobody = try await server.send(
                    "GET", "\(Self.services)/web:http/proxy/", user: nil)
                #expect(nobody.code == 401 || nobody.code == 403)
            }
        }
    }
}
