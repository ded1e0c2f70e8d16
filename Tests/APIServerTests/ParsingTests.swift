@testable import APIServer
import KubeAPI
import Storage
import Testing

@Suite("What is read from requests")
struct ParsingTests {
    @Test("The subject of a certificate gives user and groups")
    func readsSubjects() async throws {
        let certificates = try await Certificates.shared.value
        let result = try await run(
            "/usr/bin/openssl", ["x509", "-in", certificates.path("admin.crt"), "-outform", "DER"])
        let identity = try #require(UserInfo(certificate: result.output))
        #expect(identity.username == "admin")
        #expect(identity.groups == ["system:masters", "system:authenticated"])
        // Cut or changed anywhere it is read as something else or not at all, and never traps.
        for length in result.output.indices {
            _ = UserInfo(certificate: Array(result.output[..<length]))
            var changed = result.output
            changed[length] ^= UInt8(truncatingIfNeeded: length &* 37 | 1)
            _ = UserInfo(certificate: changed)
        }
    }

    @Test(
        "Paths name resources",
        arguments: [
            ("/api/v1/services", "services - -"), ("/api/v1/namespaces/a/services", "services a -"),
            ("/api/v1/namespaces/a/services/b", "services a b"),
            ("/api/v1/namespaces/a/services/b/status", "services a b status"),
            ("/api/v1/namespaces", "namespaces - -"), ("/api/v1/namespaces/a", "namespaces - a"),
            ("/api/v1/namespaces/a/status", "namespaces - a status"),
            ("/apis/discovery.k8s.io/v1/endpointslices", "endpointslices.discovery.k8s.io - -"),
            ("/api/v1/services/b", "none"), ("/api/v1/namespaces/a/nodes", "none"),
            ("/api/v2/services", "none"), ("/api/v1/namespaces/a/services/b/scale", "none"),
            ("/apis", "none"), ("/api/v1", "none"), ("/api/v1/services/a/b/c/d", "none"),
        ])
    func readsPaths(path: String, expected: String) throws {
        let request = try #require(APIRequest(method: "GET", target: path))
        let target = Target(path: request.path)
        let shown = target.map {
            let parts = [$0.resource.qualifiedName, $0.namespace ?? "-", $0.name ?? "-"]
            return (parts + [$0.subresource].compactMap(\.self)).joined(separator: " ")
        }
        #expect(shown ?? "none" == expected)
    }

    @Test("Queries are decoded, bad escapes refused")
    func readsQueries() throws {
        let request = try #require(
            APIRequest(method: "GET", target: "/a%20b/c?x=1%2B1&y=a+b&z&x=2"))
        #expect(request.path == ["a b", "c"])
        #expect(request.query["x"] == "1+1")
        #expect(request.query["y"] == "a b")
        #expect(request.query["z"] == "")
        #expect(request.query.all("x") == ["1+1", "2"])
        for bad in ["/%", "/%4", "/%zz", "/?a=%ff", "/%c3%28"] {
            #expect(APIRequest(method: "GET", target: bad) == nil, "\(bad)")
        }
    }

    @Test(
        "The preferred form that there is wins",
        arguments: [
            ("", "json"), ("*/*", "json"), ("application/json", "json"),
            ("text/html, */*;q=0.1", "json"), ("text/html", "refused"),
            ("application/json;q=0", "json"), ("application/yaml", "json"),
            ("text/html", "refused"),
            ("application/vnd.kubernetes.protobuf, */*", "json"),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "table"),
            ("application/json;q=0.5,application/json;as=Table;v=v1;g=meta.k8s.io", "table"),
            ("application/json;as=Table;v=v9;g=meta.k8s.io", "refused"),
            ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "partial"),
        ])
    func negotiates(accept: String, expected: String) throws {
        var request = try #require(APIRequest(method: "GET", target: "/"))
        request.accept = accept
        let shown: String
        do throws(Status) {
            switch try ObjectForm(request) {
            case .json: shown = "json"
            case .partialMetadata: shown = "partial"
            case .table: shown = "table"
            }
        } catch {
            shown = error.reason == .notAcceptable ? "refused" : "?"
        }
        #expect(shown == expected)
    }

    @Test("An object is encoded once, and its bytes take any revision")
    func encodesOnce() throws {
        let object: JSON = [
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": "a", "resourceVersion": "7", "labels": ["x": "\"quoted\""]],
            "spec": ["type": "ClusterIP"], "status": [:],
        ]
        let value = Resource.services.encode(object)
        for revision: UInt64 in [1, 42, .max] {
            let bytes = value.bytes(at: Revision(revision))
            var expected = object
            expected["metadata"]?["resourceVersion"] = .string(String(revision))
            #expect(try JSON(parsing: bytes) == expected)
            #expect(Resource.services.value(of: bytes) == value)
        }
    }
}
