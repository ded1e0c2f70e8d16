import KubeAPI
import Testing

private let services = "/api/v1/namespaces/default/services"
private let pods = "/api/v1/namespaces/default/pods"

@Suite("Deletes over HTTPS")
struct DeleteTests {
    @Test("A deleted Service is answered by a Status, and its addresses are free again")
    func deletes() async throws {
        try await TestServer.with { server in
            let spec: JSON = [
                "type": "NodePort", "clusterIP": "10.96.0.50",
                "ports": [["port": 80, "nodePort": 30500]],
            ]
            #expect(try await server.send("POST", services, .service("a", spec)).code == 201)
            let taken = try await server.send("POST", services, .service("b", spec))
            #expect(taken.code == 422)
            #expect(taken.text.contains("provided IP is already allocated"))
            let gone = try await server.send("DELETE", "\(services)/a", nil)
            #expect(gone.code == 200)
            #expect(gone.json["status"] == "Success")
            #expect(gone.json.value(at: "details", "name") == "a")
            #expect(try await server.send("DELETE", "\(services)/a", nil).code == 404)
            #expect(try await server.send("POST", services, .service("b", spec)).code == 201)
        }
    }

    @Test("A failed create keeps nothing of what it took")
    func releasesAfterFailure() async throws {
        try await TestServer.with { server in
            let bad: JSON = [
                "type": "NodePort",
                "ports": [
                    ["port": 80, "nodePort": 30501, "name": "a"], ["port": 81, "name": "A_"],
                ],
            ]
            let refused = try await server.send("POST", services, .service("a", bad))
            #expect(refused.code == 422)
            let good: JSON = ["type": "NodePort", "ports": [["port": 80, "nodePort": 30501]]]
            let accepted = try await server.send("POST", services, .service("a", good))
            #expect(accepted.code == 201)
        }
    }

    @Test("Preconditions must hold")
    func checksPreconditions() async throws {
        try await TestServer.with { server in
            let service = try await server.send("POST", services, .service("a")).json
            let wrong = try await server.send(
                "DELETE", "\(services)/a", ["preconditions": ["uid": "other"]])
            #expect(wrong.code == 409)
            let right = try await server.send(
                "DELETE", "\(services)/a",
                [
                    "kind": "DeleteOptions", "apiVersion": "v1",
                    "preconditions": ["uid": service.value(at: "metadata", "uid") ?? ""],
                ])
            #expect(right.code == 200)
        }
    }

    @Test("Finalizers hold an object until the last is taken away")
    func waitsForFinalizers() async throws {
        try await TestServer.with { server in
            var service = JSON.service("a", ["clusterIP": "10.96.0.51"])
            service["metadata"]?["finalizers"] = ["example.com/hold"]
            _ = try await server.send("POST", services, service)
            let held = try await server.send("DELETE", "\(services)/a", nil)
            #expect(held.json.value(at: "metadata", "deletionTimestamp") != nil)
            let early = try await server.send(
                "POST", services, .service("b", ["clusterIP": "10.96.0.51"]))
            #expect(early.code == 422)
            let patched = try await server.send(
                "PATCH", "\(services)/a", ["metadata": ["finalizers": nil]],
                type: "application/merge-patch+json")
            #expect(patched.code == 200)
            #expect(try await server.get("\(services)/a").code == 404)
            let late = try await server.send(
                "POST", services, .service("b", ["clusterIP": "10.96.0.51"]))
            #expect(late.code == 201)
        }
    }

    @Test("A Pod with a node ends gracefully, one without at once")
    func deletesPodsGracefully() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", pods, .pod("free"))
            #expect(try await server.send("DELETE", "\(pods)/free", nil).code == 200)
            #expect(try await server.get("\(pods)/free").code == 404)

            _ = try await server.send("POST", pods, .pod("bound", spec: ["nodeName": "node"]))
            let first = try await server.send("DELETE", "\(pods)/bound", nil).json
            #expect(first.value(at: "metadata", "deletionGracePeriodSeconds") == 30)
            let shorter = try await server.send(
                "DELETE", "\(pods)/bound", ["gracePeriodSeconds": 5]
            ).json
            #expect(shorter.value(at: "metadata", "deletionGracePeriodSeconds") == 5)
            let longer = try await server.send(
                "DELETE", "\(pods)/bound?gracePeriodSeconds=60", nil
            ).json
            #expect(longer.value(at: "metadata", "deletionGracePeriodSeconds") == 5)
            _ = try await server.send("DELETE", "\(pods)/bound?gracePeriodSeconds=0", nil)
            #expect(try await server.get("\(pods)/bound").code == 404)
        }
    }

    @Test("A collection is deleted as far as it is selected")
    func deletesCollections() async throws {
        try await TestServer.with { server in
            for (name, label) in [("a", "x"), ("b", "y"), ("c", "x")] {
                _ = try await server.send("POST", pods, .pod(name, labels: ["l": label]))
            }
            let gone = try await server.send("DELETE", pods + "?labelSelector=l%3Dx", nil)
            #expect(gone.json["items"]?.array?.count == 2)
            let left = try await server.get(pods).json["items"]?.array ?? []
            #expect(left.map { $0.value(at: "metadata", "name") } == ["b"])
        }
    }

    @Test("What a Service owns goes with it")
    func collectsDependents() async throws {
        try await TestServer.with { server in
            let service = try await server.send("POST", services, .service("a")).json
            let owner: JSON = [
                "apiVersion": "v1", "kind": "Service", "name": "a",
                "uid": service.value(at: "metadata", "uid") ?? "",
            ]
            var slice: JSON = [
                "addressType": "IPv4", "endpoints": [],
                "metadata": ["name": "a-endpoints", "ownerReferences": [owner]],
            ]
            let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
            #expect(try await server.send("POST", slices, slice).code == 201)
            _ = try await server.send(
                "POST", "/api/v1/namespaces/default/endpoints", ["metadata": ["name": "a"]])
            let gone = try await server.send(
                "GET",
                slices + "?watch=1&resourceVersion=\(try await version(server, slices))"
                    + "&timeoutSeconds=1", nil)
            #expect(gone.events.isEmpty)
            _ = try await server.send("DELETE", "\(services)/a", nil)
            #expect(try await server.get("/api/v1/namespaces/default/endpoints/a").code == 404)
            try await eventually { try await server.get("\(slices)/a-endpoints").code == 404 }
            // One that comes too late goes as well.
            slice["metadata"]?["name"] = "late"
            _ = try await server.send("POST", slices, slice)
            try await eventually { try await server.get("\(slices)/late").code == 404 }
        }
    }

    private func version(_ server: TestServer, _ path: String) async throws -> String {
        try await server.get(path).json.value(at: "metadata", "resourceVersion")?.string ?? ""
    }

    @Test("A namespace takes its content with it; the system's own may not go")
    func deletesNamespaces() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", "/api/v1/namespaces", ["metadata": ["name": "shop"]])
            let inShop = "/api/v1/namespaces/shop/services"
            _ = try await server.send(
                "POST", inShop, .service("web", ["clusterIP": "10.96.0.60"]))
            let terminating = try await server.send("DELETE", "/api/v1/namespaces/shop", nil)
            #expect(terminating.json.value(at: "status", "phase") == "Terminating")
            try await eventually { try await server.get("/api/v1/namespaces/shop").code == 404 }
            #expect(try await server.get(inShop).json["items"]?.array?.isEmpty == true)
            let again = try await server.send(
                "POST", services, .service("web", ["clusterIP": "10.96.0.60"]))
            #expect(again.code == 201)
            let refused = try await server.send("DELETE", "/api/v1/namespaces/default", nil)
            #expect(refused.code == 403)
        }
    }
}

/// Asks until the answer is yes, at most twenty seconds.
func eventually(_ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !isSo() {
        guard ContinuousClock.now < deadline else {
            throw CommandFailure(description: "not within twenty seconds")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
