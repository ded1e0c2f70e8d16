import KubeAPI
import Testing

@testable import APIServer

@Suite("Leases")
struct LeaseTests {
    private static let leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"

    private static func lease(_ holder: String, version: String? = nil) -> JSON {
        var lease: JSON = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": ["name": "kube-controller-manager"],
            "spec": [
                "holderIdentity": .string(holder), "leaseDurationSeconds": 15,
                "renewTime": "2026-08-01T12:00:00.000000Z",
            ],
        ]
        lease["metadata"]?["resourceVersion"] = version.map(JSON.string)
        return lease
    }

    @Test("of two who want one, the one that saw its newest state gets it")
    func election() async throws {
        try await TestServer.with { server in
            let path = "\(Self.leases)/kube-controller-manager"
            let created = try await server.send("PUT", path, Self.lease("a"))
            // Kubernetes makes a Lease by PUT, but not without a state to build on.
            #expect(created.code == 201)
            let blind = try await server.send("PUT", path, Self.lease("b"))
            #expect(blind.code == 422)
            #expect(
                blind.json["message"]
                    == "leases.coordination.k8s.io \"kube-controller-manager\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"
            )
            let version = created.json.value(at: "metadata", "resourceVersion")?.string
            let taken = try await server.send("PUT", path, Self.lease("b", version: version))
            #expect(taken.code == 200)
            let late = try await server.send("PUT", path, Self.lease("c", version: version))
            #expect(late.code == 409)
            let patched = try await server.send(
                "PATCH", path, ["spec": ["leaseTransitions": 1]],
                type: "application/merge-patch+json")
            #expect(patched.json.value(at: "spec", "holderIdentity") == "b")
            #expect(patched.json.value(at: "metadata", "generation") == nil)
        }
    }
}
