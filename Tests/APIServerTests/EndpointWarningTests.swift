import KubeAPI
import Testing

private let endpoints = "/api/v1/namespaces/default/endpoints"
private let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

/// What Kubernetes 1.36 warns of about Endpoints and EndpointSlices, word by word.
@Suite("Warnings about endpoints")
struct EndpointWarningTests {
    private static let deprecation =
        "299 - \"v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\""

    private func object(_ kind: String, _ fields: JSON) -> JSON {
        var object: JSON = [
            "apiVersion": kind == "Endpoints" ? "v1" : "discovery.k8s.io/v1",
            "kind": .string(kind), "metadata": ["name": "web"],
        ]
        for (key, value) in fields.object ?? JSONObject() { object[key] = value }
        return object
    }

    @Test("every answer about Endpoints says that they are deprecated")
    func deprecated() async throws {
        try await TestServer.with { server in
            let made = try await server.send(
                "POST", endpoints, object("Endpoints", ["subsets": []]))
            #expect(made.code == 201)
            #expect(made.headers["warning"] == Self.deprecation)
            for path in [endpoints, "\(endpoints)/web"] {
                #expect(try await server.get(path).headers["warning"] == Self.deprecation)
            }
            #expect(try await server.get(slices).headers["warning"] == nil)
        }
    }

    @Test("a slice of names is deprecated when it is made")
    func names() async throws {
        try await TestServer.with { server in
            var slice = object(
                "EndpointSlice",
                ["addressType": "FQDN", "endpoints": [["addresses": ["db.example.org"]]]])
            let made = try await server.send("POST", slices, slice)
            #expect(
                made.headers["warning"]
                    == "299 - \"spec.addressType: FQDN endpoints are deprecated\"")
            slice["endpoints"] = [["addresses": ["db2.example.org"]]]
            let changed = try await server.send("PUT", "\(slices)/web", slice)
            #expect(changed.code == 200)
            #expect(changed.headers["warning"] == nil)
        }
    }

    @Test("an address in another form than the canonical one is told, unless a controller wrote it")
    func addresses() async throws {
        try await TestServer.with { server in
            let subsets: JSON = [["addresses": [["ip": "2001:DB8::1"]]]]
            var object = object("Endpoints", ["subsets": subsets])
            let made = try await server.send("POST", endpoints, object)
            // The last of two headers.
            #expect(
                made.headers["warning"]
                    == "299 - \"subsets[0].addresses[0].ip: IPv6 address \\\"2001:DB8::1\\\" should be in "
                    + "RFC 5952 canonical format (\\\"2001:db8::1\\\")\"")
            object["metadata"] = [
                "name": "own",
                "labels": ["endpoints.kubernetes.io/managed-by": "endpoint-controller"],
            ]
            let own = try await server.send("POST", endpoints, object)
            #expect(own.headers["warning"] == Self.deprecation)
        }
    }

    @Test("the generation of a slice counts labels, too")
    func generation() async throws {
        try await TestServer.with { server in
            let slice = object("EndpointSlice", ["addressType": "IPv4", "endpoints": []])
            _ = try await server.send("POST", slices, slice)
            func patch(_ metadata: JSON) async throws -> Int64? {
                try await server.send(
                    "PATCH", "\(slices)/web", ["metadata": metadata],
                    type: "application/merge-patch+json"
                ).json.value(at: "metadata", "generation")?.integer
            }
            #expect(try await patch(["annotations": ["a": "b"]]) == 1)
            #expect(try await patch(["labels": ["kubernetes.io/service-name": "web"]]) == 2)
        }
    }
}
