import Addresses
import Controllers
import KubeAPI
import TestSupport
import Testing
import Watching

@Suite struct LoadBalancerTests {
    private let cluster = FakeCluster()

    /// A controller over the cluster as it is now: what a start of the program makes.
    private func start(_ pools: String...) -> (LoadBalancerController, ClusterCaches) {
        let caches = ClusterCaches()
        let time = ManualTime().source
        let controller = LoadBalancerController(
            caches, cluster, pools: pools.map { IPPrefix($0)! },
            events: EventRecorder(cluster, component: "test", time: time), time: time)
        cluster.feed(caches)
        return (controller, caches)
    }

    private func settle(_ controller: LoadBalancerController) async {
        while let key = controller.queue.take() {
            _ = try? await controller.reconcile(key)
            controller.queue.done(key)
        }
    }

    private func put(
        _ name: String, type: String = "LoadBalancer", families: [String] = ["IPv4"],
        spec extra: [String: JSON] = [:], annotations: JSON = [:]
    ) {
        let old = cluster.object(.services, ObjectName(namespace: "default", name: name))
        var spec: JSON = [
            "type": .string(type), "ipFamilies": .strings(families), "ports": [["port": 80]],
        ]
        for (key, value) in extra { spec[key] = value }
        cluster.put([
            "kind": "Service",
            "metadata": [
                "name": .string(name), "namespace": "default", "annotations": annotations,
            ],
            "spec": spec, "status": type == "LoadBalancer" ? old?["status"] ?? [:] : [:],
        ])
    }

    private func service(_ name: String) -> Service {
        Service(
            json: cluster.object(.services, ObjectName(namespace: "default", name: name)) ?? .null)
    }

    private func addresses(_ name: String) -> [String] { service(name).status.ingress.map(\.ip) }
    private func problem(_ name: String) -> String? {
        service(name).status.conditions.first?.reason
    }

    @Test func aServiceGetsAnAddressOfEachOfItsFamilies() async {
        put("web", families: ["IPv4", "IPv6"])
        let (controller, _) = start("203.0.113.0/28", "fd00:1b::/120")
        await settle(controller)
        #expect(addresses("web") == ["203.0.113.1", "fd00:1b::1"])
        #expect(service("web").status.ingress.allSatisfy { $0.ipMode == "VIP" })
        let events = cluster.objects(Event.self)
        #expect(events.map(\.reason) == ["LoadBalancerAddressAssigned"])
    }

    @Test func aRestartChangesNothing() async {
        for name in ["a", "b", "c"] { put(name) }
        let (first, _) = start("203.0.113.0/28")
        await settle(first)
        let before = ["a", "b", "c"].map(addresses)
        #expect(Set(before).count == 3)
        cluster.remove(.services, ObjectName(namespace: "default", name: "a"))
        put("d")
        _ = cluster.takeWrites()
        let (second, _) = start("203.0.113.0/28")
        await settle(second)
        #expect([addresses("b"), addresses("c")] == Array(before.dropFirst()))
        #expect(cluster.takeWrites().filter { $0.resource == .services }.map(\.name.name) == ["d"])
    }

    @Test func twoServicesThatClaimOneAddressDoNotBothKeepIt() async {
        put("a")
        let (first, _) = start("203.0.113.0/28")
        await settle(first)
        var copy = cluster.object(.services, ObjectName(namespace: "default", name: "a"))!
        copy["metadata"] = ["name": "b", "namespace": "default"]
        cluster.put(copy)
        let (second, _) = start("203.0.113.0/28")
        await settle(second)
        #expect(addresses("a") != addresses("b"))
        #expect(addresses("b").count == 1)
    }

    @Test func anExhaustedPoolIsToldAndHealsWhenAnAddressComesFree() async {
        put("a")
        put("b")
        put("c")
        let (controller, _) = start("203.0.113.0/30")
        await settle(controller)
        let without = ["a", "b", "c"].filter { addresses($0).isEmpty }
        #expect(without.count == 1)
        #expect(problem(without[0]) == "PoolExhausted")
        #expect(cluster.objects(Event.self).contains { $0.reason == "PoolExhausted" })
        let holder = ["a", "b", "c"].first { !addresses($0).isEmpty }!
        cluster.remove(.services, ObjectName(namespace: "default", name: holder))
        await settle(controller)
        #expect(addresses(without[0]).count == 1)
        #expect(problem(without[0]) == nil)
    }

    @Test func anAddressComesFreeWhenTheTypeChanges() async {
        put("a")
        let (controller, _) = start("203.0.113.0/32")
        await settle(controller)
        put("a", type: "ClusterIP")
        put("b")
        await settle(controller)
        #expect(addresses("b") == ["203.0.113.0"])
    }

    @Test func anAddressThatIsAskedForIsGivenIfThePoolHasIt() async {
        put("field", spec: ["loadBalancerIP": "203.0.113.9"])
        put("note", annotations: ["pointsman.dev/load-balancer-ips": "203.0.113.10"])
        put("outside", spec: ["loadBalancerIP": "198.51.100.1"])
        put("taken", spec: ["loadBalancerIP": "203.0.113.9"])
        put("nonsense", spec: ["loadBalancerIP": "203.0.113"])
        let (controller, _) = start("203.0.113.0/28")
        await settle(controller)
        #expect(addresses("note") == ["203.0.113.10"])
        #expect(problem("outside") == "AddressNotInPool")
        #expect(problem("nonsense") == "InvalidRequest")
        let both = [addresses("field"), addresses("taken")]
        #expect(both.flatMap { $0 } == ["203.0.113.9"])
        #expect([problem("field"), problem("taken")].contains("AddressInUse"))
    }

    @Test func aNewRequestMovesTheService() async {
        put("a")
        let (controller, _) = start("203.0.113.0/28")
        await settle(controller)
        put("a", spec: ["loadBalancerIP": "203.0.113.7"])
        await settle(controller)
        #expect(addresses("a") == ["203.0.113.7"])
        put("b")
        await settle(controller)
        #expect(addresses("b") == ["203.0.113.1"])
    }

    @Test func aServiceOfAnotherClassIsLeftAlone() async {
        put("theirs", spec: ["loadBalancerClass": "example.com/lb"])
        put("ours", spec: ["loadBalancerClass": "pointsman.dev/load-balancer"])
        let (controller, _) = start("203.0.113.0/28")
        await settle(controller)
        #expect(addresses("theirs").isEmpty)
        #expect(addresses("ours").count == 1)
    }

    @Test func onlyOneFamilyIsEnoughUnlessBothAreRequired() async {
        put("prefer", families: ["IPv4", "IPv6"], spec: ["ipFamilyPolicy": "PreferDualStack"])
        put("require", families: ["IPv4", "IPv6"], spec: ["ipFamilyPolicy": "RequireDualStack"])
        let (controller, _) = start("203.0.113.0/28")
        await settle(controller)
        #expect(addresses("prefer").count == 1)
        #expect(problem("prefer") == nil)
        #expect(addresses("require").count == 1)
        #expect(problem("require") == "NoPool")
    }
}
