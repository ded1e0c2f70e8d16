import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

@Suite struct ServiceHealthTests {
    private static let web = ObjectName(namespace: "default", name: "web")
    private var state = ClusterState(node: NodeContext(name: "node-a"))

    private static func service(_ change: (inout Service) -> Void = { _ in }) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: web.name, namespace: web.namespace), spec: ServiceSpec())
        service.spec.type = .loadBalancer
        service.spec.externalTrafficPolicy = .local
        service.spec.healthCheckNodePort = 32000
        service.spec.clusterIPs = ["10.96.0.1", "fd00:96::1"]
        service.spec.clusterIP = "10.96.0.1"
        service.spec.ports = [ServicePort(name: "http", port: 80)]
        change(&service)
        return service
    }

    private static func slice(
        _ name: String, _ family: IPFamily = .ipv4, ports: [EndpointPort]? = nil,
        with endpoints: [Endpoint]
    ) -> EndpointSlice {
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: name, namespace: web.namespace),
            addressType: family.description,
            ports: ports ?? [EndpointPort(name: "http", port: 8080)])
        slice.metadata.labels[EndpointSlice.serviceNameLabel] = web.name
        slice.endpoints = endpoints
        return slice
    }

    private static func endpoint(
        _ address: String, on node: String? = "node-a",
        _ change: (inout Endpoint) -> Void = { _ in }
    ) -> Endpoint {
        var endpoint = Endpoint(addresses: [address])
        endpoint.nodeName = node
        change(&endpoint)
        return endpoint
    }

    private func health() -> ServiceHealth? {
        ServiceHealthPlan.plan(state.snapshot)[Self.web]
    }

    @Test
    mutating func
        `Different addresses of ready endpoints on this node count, each family by itself`()
    {
        _ = state.upsert(Self.service())
        _ = state.upsert(
            Self.slice(
                "a",
                ports: [EndpointPort(name: "http", port: 80), EndpointPort(name: "x", port: 81)],
                with: [
                    Self.endpoint("10.244.0.1"), Self.endpoint("10.244.0.2") { $0.ready = true },
                    Self.endpoint("10.244.1.1", on: "node-b"),
                    Self.endpoint("10.244.0.9", on: nil),
                    Self.endpoint("10.244.0.3") { $0.ready = false },
                    Self.endpoint("10.244.0.4") {
                        ($0.ready, $0.serving, $0.terminating) = (false, true, true)
                    },
                    Self.endpoint("not an address"),
                ]))
        _ = state.upsert(
            Self.slice(
                "b", ports: [EndpointPort(name: "x", port: 81)], with: [Self.endpoint("10.244.0.1")]
            ))
        _ = state.upsert(Self.slice("six", .ipv6, with: [Self.endpoint("fd00:244::1")]))
        #expect(health()?.port == 32000)
        #expect(health()?.localEndpoints == [.ipv4: 2, .ipv6: 1])
    }

    @Test mutating func `Slices without ports, and those not for proxies, do not count`() {
        _ = state.upsert(Self.service { $0.spec.clusterIPs = ["10.96.0.1"] })
        _ = state.upsert(Self.slice("a", ports: [], with: [Self.endpoint("10.244.0.1")]))
        var headless = Self.slice("b", with: [Self.endpoint("10.244.0.2")])
        headless.metadata.labels["service.kubernetes.io/headless"] = ""
        _ = state.upsert(headless)
        #expect(health()?.localEndpoints == [.ipv4: 0])
    }

    @Test(
        "Only a Service of type LoadBalancer with policy Local has a health check",
        arguments: [
            service { $0.spec.type = .nodePort },
            service { $0.spec.externalTrafficPolicy = .cluster },
            service { $0.spec.healthCheckNodePort = 0 },
            service { $0.spec.healthCheckNodePort = 65536 },
            service { $0.metadata.labels["service.kubernetes.io/service-proxy-name"] = "other" },
            service {
                $0.spec.clusterIP = "None"
                $0.spec.clusterIPs = ["None"]
            },
        ])
    func none(_ service: Service) {
        var state = state
        _ = state.upsert(service)
        #expect(ServiceHealthPlan.plan(state.snapshot) == [:])
        _ = state.upsert(Self.service())
        #expect(ServiceHealthPlan.plan(state.snapshot).count == 1)
    }

    @Test mutating func `An update answers the Services whose health is another one`() {
        var plan = ServiceHealthPlan()
        func update(_ changed: Set<ObjectName>, _ plan: inout ServiceHealthPlan) -> Set<ObjectName>
        {
            plan.update(state.snapshot, changed: changed)
        }
        #expect(update(state.upsert(Self.service()), &plan) == [Self.web])
        #expect(
            update(state.upsert(Self.slice("a", with: [Self.endpoint("10.0.0.1", on: "b")])), &plan)
                == [])
        #expect(
            update(state.upsert(Self.slice("a", with: [Self.endpoint("10.0.0.1")])), &plan) == [
                Self.web
            ])
        let renamed = Self.service { $0.metadata.labels["a"] = "b" }
        #expect(update(state.upsert(renamed), &plan) == [])
        #expect(plan.services[Self.web]?.localEndpoints == [.ipv4: 1, .ipv6: 0])
        #expect(update(state.remove(service: Self.web), &plan) == [Self.web])
        #expect(plan.services == [:])
    }

    @Test(
        "Looking at what changed gives what looking at everything gives", arguments: UInt64(1)...20)
    func incrementalEqualsFull(seed: UInt64) {
        var cluster = RandomCluster(seed: seed)
        var state = ClusterState(node: cluster.node())
        var plan = ServiceHealthPlan()
        var seen = 0
        for _ in 0..<60 {
            var change = cluster.change()
            if case .service(var service) = change {
                if cluster.int(0...2) > 0 { service.spec.type = .loadBalancer }
                service.spec.externalTrafficPolicy = .local
                service.spec.healthCheckNodePort = Int64(cluster.int(0...2)) * 16000
                change = .service(service)
            }
            let before = plan.services
            let touched = state.apply(change)
            let changed = plan.update(state.snapshot, changed: touched)
            #expect(plan.services == ServiceHealthPlan.plan(state.snapshot))
            let names = Set(before.keys).union(plan.services.keys)
            #expect(changed == names.filter { before[$0] != plan.services[$0] })
            seen += plan.services.count
        }
        #expect(seen > 0)
    }
}
