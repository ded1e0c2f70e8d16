@testable import APIServer
import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"

@Suite("What form an answer has")
struct NegotiationTests {
    @Test(
        "Who takes no form that there is gets 406 with a Status",
        arguments: [
            services, services + "/web", services + "?watch=1", "/api", "/apis", "/api/v1",
            "/version",
        ])
    func notAcceptable(path: String) async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            for accept in ["text/html", "application/cbor", "image/png, text/*"] {
                let answer = try await server.send("GET", path, accept: accept)
                #expect(answer.code == 406, "\(accept)")
                #expect(answer.reason == "NotAcceptable")
                #expect(answer.text.contains("only the following media types are accepted: "))
            }
        }
    }

    @Test("A write whose answer nobody takes is not made")
    func writesNothing() async throws {
        try await TestServer.with { server in
            let body = JSON.service("web").encoded()
            let refused = try await server.send("POST", services, body, accept: "text/html")
            #expect(refused.code == 406)
            #expect(try await server.get("\(services)/web").code == 404)
        }
    }

    @Test(
        "The first form of an Accept header that there is, is sent",
        arguments: [
            ("application/vnd.kubernetes.protobuf,application/json", "ServiceList"),
            ("application/vnd.kubernetes.protobuf, */*", "ServiceList"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "ServiceList"),
            ("*/*, application/json;as=Table;v=v1;g=meta.k8s.io", "Table"),
            ("application/json;as=Table;v=v1;g=meta.k8s.io;q=0.1,application/json", "ServiceList"),
            ("application/cbor, application/json;q=0.5", "ServiceList"),
            (
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
                "PartialObjectMetadataList"
            ),
            (
                "application/json;as=PartialObjectMetadataList;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io",
                "Table"
            ),
            ("application/json;stream=watch", "ServiceList"),
            ("application/json;stream=other, */*;q=0.1", "ServiceList"),
            ("APPLICATION/JSON ; charset=utf-8", "ServiceList"),
        ])
    func prefers(accept: String, kind: String) async throws {
        try await TestServer.with { server in
            let answer = try await server.send("GET", services, accept: accept)
            #expect(answer.code == 200)
            #expect(answer.json["kind"]?.string == kind)
            #expect(answer.headers["content-type"] == "application/json")
        }
    }

    @Test(
        "A body in a form that is not read is 415, a form that is read and is not there is 400",
        arguments: [
            ("POST", services, "application/cbor", 415), ("POST", services, "text/plain", 415),
            ("PUT", services + "/web", "application/xml", 415),
            ("PATCH", services + "/web", "application/json", 415),
            ("PATCH", services + "/web", "application/apply-patch+cbor", 415),
            ("DELETE", services + "/web", "application/cbor", 415),
            ("POST", services, "application/json", 400),
            ("POST", services, "application/vnd.kubernetes.protobuf", 400),
            ("PATCH", services + "/web", "application/merge-patch+json", 400),
            ("DELETE", services + "/web", "application/json", 400),
        ])
    func unsupported(method: String, path: String, type: String, code: Int) async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let answer = try await server.send(method, path, Array("a[".utf8), type: type)
            #expect(answer.code == code)
            #expect(answer.reason == (code == 415 ? "UnsupportedMediaType" : "BadRequest"))
            if code == 415 { #expect(answer.text.contains("accepted media types include: ")) }
            #expect(try await server.get("\(services)/web").code == 200)
        }
    }

    @Test(
        "Text for people comes with line breaks, where they ask or sit",
        arguments: [
            ("", "test", false), ("?pretty=true", "test", true), ("?pretty=1", "test", true),
            ("?pretty=false", "curl/8.0", false), ("", "curl/8.0", true), ("", "Wget/1.2", true),
            ("?pretty=no", "curl/8.0", false),
        ])
    func pretty(query: String, agent: String, isIndented: Bool) async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            let answer = try await server.send(
                "GET", "\(services)/web\(query)", headers: ["User-Agent: \(agent)"])
            #expect(answer.text.contains("\n  \"kind\": \"Service\",\n") == isIndented)
            let missing = try await server.send(
                "GET", "\(services)/other\(query)", headers: ["User-Agent: \(agent)"])
            #expect(missing.code == 404)
            #expect(missing.text.contains("\n  \"metadata\": {},\n") == isIndented)
        }
    }

    @Test("A watch is never indented: an event is a line")
    func plainWatch() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", services, .service("web"))
            for query in ["watch=1&timeoutSeconds=1&pretty=true", "watch=1&resourceVersion=1"] {
                let watch = try await server.get("\(services)?\(query)&timeoutSeconds=1")
                #expect(watch.body.count { $0 == UInt8(ascii: "\n") } == watch.events.count)
            }
        }
    }

    @Test("Large answers are packed for who takes that; small ones and watches never are")
    func gzip() async throws {
        try await TestServer.with { server in
            for number in 0..<30 {
                var service = JSON.service("s\(number)")
                let text = (0..<8000).map { _ in String(Int.random(in: 0...9)) }.joined()
                service["metadata"]?["annotations"] = ["text": .string(text)]
                _ = try await server.client.create(.services, .inDefault(service))
            }
            let plain = try await server.get(services)
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.headers["content-length"] == String(plain.body.count))
            for coding in ["gzip", "deflate, gzip;q=0.5", "br,gzip"] {
                let packed = try await server.send(
                    "GET", services, headers: ["Accept-Encoding: \(coding)"])
                #expect(packed.headers["content-encoding"] == "gzip")
                #expect(packed.headers["vary"] == "Accept-Encoding")
                #expect(packed.body.count < plain.body.count * 2 / 3)
                #expect(try await Self.unpacked(packed.body) == plain.body)
            }
            for (path, coding) in [
                (services, "gzip;q=0"), (services, "br"), (services + "/s1", "gzip"),
                (services + "?watch=1&timeoutSeconds=1", "gzip"),
            ] {
                let answer = try await server.send(
                    "GET", path, headers: ["Accept-Encoding: \(coding)"])
                #expect(answer.headers["content-encoding"] == nil, "\(path) \(coding)")
            }
        }
    }

    private static func unpacked(_ bytes: [UInt8]) async throws -> [UInt8] {
        try await run("/bin/gzip", ["-dc"], input: bytes).output
    }

    @Test("Packed bytes come out again, however they are cut")
    func packsPieces() async throws {
        var random = SystemRandomNumberGenerator()
        for size in [0, 1, 65_535, 65_536, 65_537, 1_000_000] {
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...15, using: &random) }
            var encoder = try GzipEncoder()
            var packed: [UInt8] = []
            var rest = bytes[...]
            while rest.count > 70_000 {
                packed += encoder.encode(rest.prefix(70_000), isLast: false)
                rest = rest.dropFirst(70_000)
            }
            packed += encoder.encode(rest, isLast: true)
            #expect(try await Self.unpacked(packed) == bytes)
        }
    }
}
