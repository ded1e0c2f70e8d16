import Addresses
import KubeAPI
import Storage
import Synchronization
import Testing

@testable import APIServer

private let services = "/api/v1/namespaces/default/services"
private let serviceCIDRs = "/apis/networking.k8s.io/v1/servicecidrs"

@Suite("ServiceCIDRs")
struct ServiceCIDRTests {
    private static func serviceCIDR(_ name: String, _ cidrs: String...) -> JSON {
        ["metadata": ["name": .string(name)], "spec": ["cidrs": .strings(cidrs)]]
    }

    private static func ready(_ answer: TestServer.Answer) -> JSON? {
        answer.json.value(at: "status", "conditions")?.array?.first
    }

    private func eventually(_ isSo: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<250 {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }

    @Test("the one of the server's own networks is there from the start, and comes back")
    func own() async throws {
        try await TestServer.with(configure: { $0.serviceCIDRGraceSeconds = 0 }) { server in
            let own = try await server.get("\(serviceCIDRs)/kubernetes")
            #expect(own.json.value(at: "spec", "cidrs") == ["10.96.0.0/16", "fd00:96::/112"])
            #expect(
                own.json.value(at: "metadata", "finalizers")
                    == ["networking.k8s.io/service-cidr-finalizer"])
            let condition = try #require(Self.ready(own))
            #expect(condition["type"] == "Ready")
            #expect(condition["status"] == "True")
            #expect(condition["reason"] == "")
            let uid = own.json.value(at: "metadata", "uid")
            _ = try await server.send("DELETE", "\(serviceCIDRs)/kubernetes")
            #expect(
                try await eventually {
                    let again = try await server.get("\(serviceCIDRs)/kubernetes")
                    return again.code == 200 && again.json.value(at: "metadata", "uid") != uid
                })
        }
    }

    @Test("an added one is used once it is ready, alone or beside the others")
    func added() async throws {
        try await TestServer.with { server in
            let early = try await server.send(
                "POST", services, .service("early", ["clusterIP": "10.97.0.9"]))
            #expect(early.code == 422)
            let extra = Self.serviceCIDR("extra", "10.97.0.0/24")
            #expect(try await server.send("POST", serviceCIDRs, extra).code == 201)
            #expect(
                try await eventually {
                    Self.ready(try await server.get("\(serviceCIDRs)/extra"))?["status"] == "True"
                })
            let asked = try await server.send(
                "POST", services, .service("asked", ["clusterIP": "10.97.0.9"]))
            #expect(asked.code == 201)
            let network = try await server.send(
                "POST", services, .service("network", ["clusterIP": "10.97.0.0"]))
            #expect(
                network.json["message"]?.string?.hasSuffix(
                    "failed to allocate IP 10.97.0.0: the provided IP (10.97.0.0) is not in the valid range. The range of valid IPs is 10.97.0.0/24"
                ) == true)
        }
    }

    @Test("addresses come from the next network when the first is full")
    func overflow() async throws {
        try await TestServer.with(configure: { $0.serviceCIDRs = [IPPrefix("10.96.0.0/30")!] }) {
            server in
            for name in ["a", "b"] {
                #expect(try await server.send("POST", services, .service(name)).code == 201)
            }
            #expect(try await server.send("POST", services, .service("c")).code == 500)
            let extra = Self.serviceCIDR("extra", "10.97.0.0/24")
            _ = try await server.send("POST", serviceCIDRs, extra)
            #expect(
                try await eventually {
                    Self.ready(try await server.get("\(serviceCIDRs)/extra")) != nil
                })
            let service = try await server.send("POST", services, .service("c"))
            let address = service.json.value(at: "spec", "clusterIP")?.string.flatMap {
                IPAddress($0)
            }
            // The static band of a /24 ends at .16.
            let dynamic = IPAddress("10.97.0.17")!...IPAddress("10.97.0.254")!
            #expect(address.map { dynamic.contains($0) } == true)
        }
    }

    @Test("one that is deleted gives no address, and stays while a Service has one of its own")
    func blocked() async throws {
        try await TestServer.with(configure: { $0.serviceCIDRGraceSeconds = 0 }) { server in
            _ = try await server.send(
                "POST", serviceCIDRs, Self.serviceCIDR("extra", "10.97.0.0/24"))
            let path = "\(serviceCIDRs)/extra"
            #expect(
                try await eventually {
                    Self.ready(try await server.get(path))?["status"] == "True"
                })
            _ = try await server.send(
                "POST", services, .service("a", ["clusterIP": "10.97.0.9"]))
            let deleted = try await server.send("DELETE", path)
            #expect(deleted.code == 200)
            let late = try await server.send(
                "POST", services, .service("b", ["clusterIP": "10.97.0.10"]))
            #expect(late.code == 422)
            #expect(
                try await eventually {
                    Self.ready(try await server.get(path))?["reason"] == "Terminating"
                })
            let condition = try #require(Self.ready(try await server.get(path)))
            #expect(condition["status"] == "False")
            #expect(
                condition["message"]
                    == "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"
            )
            _ = try await server.send("DELETE", "\(services)/a")
            #expect(try await eventually { try await server.get(path).code == 404 })
        }
    }

    @Test("one that another covers goes at once, and its Services stay")
    func covered() async throws {
        try await TestServer.with(configure: { $0.serviceCIDRGraceSeconds = 0 }) { server in
            for (name, cidr) in [("small", "10.97.0.0/24"), ("large", "10.97.0.0/16")] {
                _ = try await server.send("POST", serviceCIDRs, Self.serviceCIDR(name, cidr))
                #expect(
                    try await eventually {
                        Self.ready(try await server.get("\(serviceCIDRs)/\(name)")) != nil
                    })
            }
            _ = try await server.send(
                "POST", services, .service("a", ["clusterIP": "10.97.0.9"]))
            _ = try await server.send("DELETE", "\(serviceCIDRs)/small")
            #expect(
                try await eventually { try await server.get("\(serviceCIDRs)/small").code == 404 })
            let twice = try await server.send(
                "POST", services, .service("b", ["clusterIP": "10.97.0.9"]))
            #expect(twice.code == 422)
        }
    }

    @Test("a deleted one stays for its time of grace")
    func grace() async throws {
        let now = Mutex(Timestamp(secondsSinceEpoch: 1_800_000_000))
        try await TestServer.with(configure: { $0.now = { now.withLock { $0 } } }) { server in
            _ = try await server.send(
                "POST", serviceCIDRs, Self.serviceCIDR("extra", "10.97.0.0/24"))
            let path = "\(serviceCIDRs)/extra"
            #expect(try await eventually { Self.ready(try await server.get(path)) != nil })
            _ = try await server.send("DELETE", path)
            try await Task.sleep(for: .seconds(2))
            let kept = try await server.get(path)
            #expect(kept.json.value(at: "metadata", "deletionTimestamp") != nil)
            #expect(Self.ready(kept)?["status"] == "True")
            now.withLock { $0 = $0.advanced(by: 10) }
            #expect(try await eventually { try await server.get(path).code == 404 })
        }
    }

    @Test("one whose network the host cannot serve says so, and gives no address")
    func notServed() async throws {
        let served = Mutex<[Set<IPPrefix>]>([])
        try await TestServer.with(configure: {
            $0.serviceCIDRGraceSeconds = 0
            $0.serveNetworks = { networks in
                served.withLock { $0.append(networks) }
                let bad = networks.filter { $0.description == "10.98.0.0/24" }
                return Dictionary(uniqueKeysWithValues: bad.map { ($0, "it is taken") })
            }
        }) { server in
            _ = try await server.send("POST", serviceCIDRs, Self.serviceCIDR("bad", "10.98.0.0/24"))
            let path = "\(serviceCIDRs)/bad"
            #expect(try await eventually { Self.ready(try await server.get(path)) != nil })
            let condition = try #require(Self.ready(try await server.get(path)))
            #expect(condition["status"] == "False")
            #expect(condition["reason"] == "NetworkNotServed")
            #expect(condition["message"] == "it is taken")
            let service = JSON.service("a", ["clusterIP": "10.98.0.9"])
            #expect(try await server.send("POST", services, service).code == 422)
            _ = try await server.send("DELETE", path)
            let own: Set<IPPrefix> = [IPPrefix("10.96.0.0/16")!, IPPrefix("fd00:96::/112")!]
            #expect(try await eventually { served.withLock { $0.last } == own })
        }
    }

    @Test("a second network may be added to a ServiceCIDR, and is used")
    func dualStack() async throws {
        try await TestServer.with { server in
            _ = try await server.send(
                "POST", serviceCIDRs, Self.serviceCIDR("extra", "10.97.0.0/24"))
            let path = "\(serviceCIDRs)/extra"
            let patch: JSON = ["spec": ["cidrs": ["10.97.0.0/24", "fd00:97::/112"]]]
            let patched = try await server.send(
                "PATCH", path, patch, type: "application/merge-patch+json")
            #expect(patched.code == 200)
            #expect(
                try await eventually {
                    Self.ready(try await server.get(path))?["status"] == "True"
                })
            let service = JSON.service("a", ["clusterIP": "fd00:97::9"])
            #expect(try await server.send("POST", services, service).code == 201)
        }
    }
}
