import Addresses
import KubeAPI
import Storage
import Testing

@testable import APIServer

private let services = "/api/v1/namespaces/default/services"
private let addresses = "/apis/networking.k8s.io/v1/ipaddresses"

@Suite("IPAddresses")
struct IPAddressTests {
    private static func owned(by service: String) -> JSON {
        ["parentRef": ["resource": "services", "namespace": "default", "name": .string(service)]]
    }

    private static func reservation(_ address: String) -> JSON {
        [
            "metadata": ["name": .string(address)],
            "spec": ["parentRef": ["resource": "gateways", "name": "g"]],
        ]
    }

    /// The names of all IPAddresses.
    private func names(_ server: TestServer) async throws -> [String] {
        let items = try await server.get(addresses).json["items"]?.array ?? []
        return items.compactMap { $0.value(at: "metadata", "name")?.string }
    }

    /// The ClusterIPs of all Services.
    private func clusterIPs(_ server: TestServer) async throws -> [String] {
        let items = try await server.get("/api/v1/services").json["items"]?.array ?? []
        return items.flatMap { $0.value(at: "spec", "clusterIPs")?.array ?? [] }
            .compactMap(\.string).filter { $0 != "None" }
    }

    @Test("every ClusterIP has one, made and removed together with its Service")
    func made() async throws {
        try await TestServer.with { server in
            let start = try await server.get(addresses).json
            let spec: JSON = [
                "ipFamilyPolicy": "RequireDualStack", "clusterIP": "10.96.0.60",
                "clusterIPs": ["10.96.0.60", "fd00:96::60"],
            ]
            _ = try await server.send("POST", services, .service("a", spec))
            for (name, family) in [("10.96.0.60", "IPv4"), ("fd00:96::60", "IPv6")] {
                let object = try await server.get("\(addresses)/\(name)")
                #expect(object.code == 200)
                #expect(object.json["spec"] == Self.owned(by: "a"))
                #expect(
                    object.json.value(at: "metadata", "labels") == [
                        "ipaddress.kubernetes.io/ip-family": .string(family),
                        "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
                    ])
                #expect(object.json.value(at: "metadata", "uid")?.string?.isEmpty == false)
            }
            _ = try await server.send("DELETE", "\(services)/a")
            #expect(try await names(server) == [])
            let since = start.value(at: "metadata", "resourceVersion")?.string ?? ""
            let events = try await server.get(
                "\(addresses)?watch=1&timeoutSeconds=1&resourceVersion=\(since)"
            ).events
            #expect(events.map { $0["type"] } == ["ADDED", "ADDED", "DELETED", "DELETED"])
        }
    }

    @Test("they follow what a Service takes and gives back")
    func follows() async throws {
        try await TestServer.with { server in
            let type = "application/merge-patch+json"
            _ = try await server.send("POST", services, .service("a"))
            _ = try await server.send("POST", services, .service("none", ["clusterIP": "None"]))
            #expect(try await names(server).count == 1)
            for (patch, count) in [
                (["ipFamilyPolicy": "PreferDualStack"], 2), (["ipFamilyPolicy": "SingleStack"], 1),
                (["type": "ExternalName", "externalName": "example.com"], 0),
                (["type": "ClusterIP", "externalName": nil], 1),
            ] as [(JSON, Int)] {
                let dry = try await server.send(
                    "PATCH", "\(services)/a?dryRun=All", ["spec": patch], type: type)
                #expect(dry.code == 200)
                let answer = try await server.send(
                    "PATCH", "\(services)/a", ["spec": patch], type: type)
                #expect(answer.code == 200)
                #expect(try await names(server).count == count, "\(patch)")
                #expect(try await names(server).sorted() == clusterIPs(server).sorted())
            }
            // A finalizer holds the Service, and so its address.
            _ = try await server.send(
                "PATCH", "\(services)/a", ["metadata": ["finalizers": ["example.com/hold"]]],
                type: type)
            _ = try await server.send("DELETE", "\(services)/a")
            #expect(try await names(server).count == 1)
            _ = try await server.send(
                "PATCH", "\(services)/a", ["metadata": ["finalizers": nil]], type: type)
            #expect(try await names(server) == [])
        }
    }

    @Test("one that a user makes keeps its address from Services, until it goes")
    func reserves() async throws {
        try await TestServer.with(configure: { $0.serviceCIDRs = [IPPrefix("10.96.0.0/29")!] }) {
            server in
            let service = JSON.service("a", ["clusterIP": "10.96.0.2"])
            let dry = try await server.send(
                "POST", "\(addresses)?dryRun=All", Self.reservation("10.96.0.2"))
            #expect(dry.code == 201)
            #expect(
                try await server.send("POST", "\(services)?dryRun=All", service).code == 201)
            #expect(
                try await server.send("POST", addresses, Self.reservation("10.96.0.2")).code == 201
            )
            let refused = try await server.send("POST", services, service)
            #expect(refused.code == 422)
            #expect(
                refused.json["message"]
                    == "Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.2\"]: failed to allocate IP 10.96.0.2: provided IP is already allocated"
            )
            for name in ["b", "c", "d", "e", "f"] {
                #expect(try await server.send("POST", services, .service(name)).code == 201)
            }
            #expect(try await server.send("POST", services, .service("g")).code == 500)
            #expect(!(try await clusterIPs(server)).contains("10.96.0.2"))
            // A finalizer keeps it taken.
            let hold: JSON = ["metadata": ["finalizers": ["example.com/hold"]]]
            let type = "application/merge-patch+json"
            _ = try await server.send("PATCH", "\(addresses)/10.96.0.2", hold, type: type)
            _ = try await server.send("DELETE", "\(addresses)/10.96.0.2")
            #expect(try await server.send("POST", services, service).code == 422)
            _ = try await server.send(
                "PATCH", "\(addresses)/10.96.0.2", ["metadata": ["finalizers": nil]], type: type)
            #expect(try await server.send("POST", services, service).code == 201)
            let taken = try await server.send(
                "POST", addresses, Self.reservation("10.96.0.2"))
            #expect(taken.code == 409)
        }
    }

    @Test("a Service whose IPAddress somebody deletes gets a new one, and keeps its address")
    func deleted() async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", services, .service("a", ["clusterIP": "10.96.0.60"]))
            let path = "\(addresses)/10.96.0.60"
            let old = try await server.get(path).json.value(at: "metadata", "uid")
            #expect(try await server.send("DELETE", path).code == 200)
            let new = try await server.get(path)
            #expect(new.json["spec"] == Self.owned(by: "a"))
            #expect(new.json.value(at: "metadata", "uid") != old)
            let other = JSON.service("b", ["clusterIP": "10.96.0.60"])
            #expect(try await server.send("POST", services, other).code == 422)
        }
    }

    @Test("a finalizer on the one of a Service holds the address when the Service goes")
    func heldByFinalizer() async throws {
        try await TestServer.with { server in
            let type = "application/merge-patch+json"
            let service = JSON.service("a", ["clusterIP": "10.96.0.60"])
            _ = try await server.send("POST", services, service)
            let path = "\(addresses)/10.96.0.60"
            _ = try await server.send(
                "PATCH", path, ["metadata": ["finalizers": ["example.com/hold"]]], type: type)
            _ = try await server.send("DELETE", "\(services)/a")
            let held = try await server.get(path)
            #expect(held.json.value(at: "metadata", "deletionTimestamp") != nil)
            #expect(try await server.send("POST", services, service).code == 422)
            _ = try await server.send(
                "PATCH", path, ["metadata": ["finalizers": nil]], type: type)
            #expect(try await server.get(path).code == 404)
            #expect(try await server.send("POST", services, service).code == 201)
        }
    }

    @Test("a store of a version without them is completed at the start, and rid of orphans")
    func upgrade() async throws {
        let log = MemoryLog()
        func put(_ resource: Resource, _ object: JSON) async throws {
            let name = ObjectMeta(json: object["metadata"] ?? [:]).objectName
            _ = try await log.append(
                Write(.put, resource.key(name), resource.encode(object), expecting: .absent))
        }
        for (name, address) in [("a", "10.96.0.50"), ("b", "10.96.0.51")] {
            var service = Service(json: .inDefault(.service(name, ["clusterIP": .string(address)])))
            ServiceRules.prepareForCreate(&service)
            try await put(.services, service.json)
        }
        let gone = ObjectName(namespace: "default", name: "gone")
        try await put(.ipAddresses, IPAddressObject(IPAddress("10.96.0.52")!, of: gone).json)
        try await put(.ipAddresses, Self.reservation("10.96.0.53"))
        try await TestServer.with(log: log) { server in
            #expect(try await names(server) == ["10.96.0.50", "10.96.0.51", "10.96.0.53"])
            let object = try await server.get("\(addresses)/10.96.0.51")
            #expect(object.json["spec"] == Self.owned(by: "b"))
            for (address, code) in [("10.96.0.51", 422), ("10.96.0.52", 201), ("10.96.0.53", 422)] {
                let service = JSON.service(
                    "c-\(address.suffix(2))", ["clusterIP": .string(address)])
                #expect(try await server.send("POST", services, service).code == code)
            }
            #expect(
                try await server.get("/apis/networking.k8s.io/v1/servicecidrs").json["items"]?
                    .array?.count == 1)
        }
        // A second start finds nothing to do.
        let revision = try await log.currentRevision()
        try await TestServer.with(log: log) { server in
            let stored = try await server.client.get(
                .ipAddresses, ObjectName("10.96.0.50"))
            #expect(stored.resourceVersion.value < revision.value)
        }
    }

    @Test("a write that fails leaves none behind")
    func failedWrite() async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", services, .service("a", ["clusterIP": "fd00:96::60"]))
            let spec: JSON = [
                "ipFamilyPolicy": "RequireDualStack", "clusterIP": "10.96.0.61",
                "clusterIPs": ["10.96.0.61", "fd00:96::60"],
            ]
            #expect(try await server.send("POST", services, .service("b", spec)).code == 422)
            let invalid = JSON.service("c", ["sessionAffinity": "Wrong"])
            #expect(try await server.send("POST", services, invalid).code == 422)
            #expect(try await names(server) == ["fd00:96::60"])
        }
    }
}
