import Addresses
import KubeAPI
import LoadBalancing
import Testing

/// Weights, schedulers, affinity, exclusion reasons: what the packet flows do not show.
@Suite struct CompilationTests {
    private static let name = ServicePortName(
        namespace: "default", service: "web", port: "", protocol: .tcp, family: .ipv4)

    private static func service(_ change: (inout Service) -> Void = { _ in }) -> Service {
        var service = Service(
            metadata: ObjectMeta(name: "web", namespace: "default"), spec: ServiceSpec())
        service.spec.type = .clusterIP
        service.spec.clusterIP = "10.96.0.1"
        service.spec.clusterIPs = ["10.96.0.1"]
        service.spec.ports = [ServicePort(port: 80)]
        change(&service)
        return service
    }

    private static func endpoint(
        _ address: String, ready: Bool = true, terminating: Bool = false, node: String? = "n"
    ) -> Endpoint {
        var endpoint = Endpoint(addresses: [address])
        endpoint.ready = ready
        endpoint.serving = ready || terminating
        endpoint.terminating = terminating
        endpoint.nodeName = node
        endpoint.targetRef = ObjectReference(
            kind: "Pod", namespace: "default", name: "pod-\(address)")
        return endpoint
    }

    private static func state(
        _ service: Service, _ endpoints: [Endpoint], weights: [String: String] = [:]
    ) -> ClusterState {
        var state = ClusterState(node: NodeContext(name: "n"))
        _ = state.upsert(service)
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: "web-endpoints", namespace: "default"), addressType: "IPv4",
            endpoints: endpoints, ports: [EndpointPort(port: 8080)])
        slice.metadata.labels[EndpointSlice.serviceNameLabel] = "web"
        _ = state.upsert(slice)
        for (address, weight) in weights {
            var pod = Pod(metadata: ObjectMeta(name: "pod-\(address)", namespace: "default"))
            pod.metadata.annotations[Scheduler.weightAnnotation] = weight
            _ = state.upsert(pod)
        }
        return state
    }

    private static func compile(_ state: ClusterState) -> (ServicePortState?, [ServiceProblem]) {
        var compiler = ServiceTableCompiler()
        _ = compiler.update(state.snapshot, changed: Set(state.snapshot.services.keys))
        let service = ObjectName(namespace: "default", name: "web")
        return (compiler.table.servicePorts[name], compiler.problems(of: service))
    }

    @Test func `A Pod's weight counts, and weight 0 takes no new connections`() {
        let state = Self.state(
            Self.service(), [Self.endpoint("10.0.0.1"), Self.endpoint("10.0.0.2")],
            weights: ["10.0.0.1": "5", "10.0.0.2": "0"])
        let (port, problems) = Self.compile(state)
        #expect(port?.cluster.map(\.description) == ["10.0.0.1:8080 weight 5"])
        #expect(port?.excluded.map(\.reason) == [.weightZero])
        #expect(problems.isEmpty)
    }

    @Test("A weight that is none is reported and ignored", arguments: ["many", "-1", "65536", ""])
    func invalidWeight(text: String) {
        let state = Self.state(
            Self.service(), [Self.endpoint("10.0.0.1")], weights: ["10.0.0.1": text])
        let (port, problems) = Self.compile(state)
        #expect(port?.cluster.map(\.weight) == [1])
        #expect(problems.map(\.reason) == ["InvalidWeight"])
        #expect(problems.first?.message.contains("Pod pod-10.0.0.1") == true)
    }

    @Test func `A changed weight finds the Services of the Pod`() {
        var state = Self.state(Self.service(), [Self.endpoint("10.0.0.1")])
        var pod = Pod(metadata: ObjectMeta(name: "pod-10.0.0.1", namespace: "default"))
        #expect(state.upsert(pod) == [])
        pod.metadata.annotations[Scheduler.weightAnnotation] = "2"
        #expect(state.upsert(pod) == [ObjectName(namespace: "default", name: "web")])
        #expect(state.upsert(pod) == [])
        #expect(state.remove(pod: pod.objectName).count == 1)
    }

    @Test("Every scheduler can be asked for", arguments: Scheduler.allCases)
    func scheduler(_ scheduler: Scheduler) {
        let service = Self.service {
            $0.metadata.annotations[Scheduler.annotation] = scheduler.rawValue
        }
        let (port, problems) = Self.compile(Self.state(service, []))
        #expect(port?.scheduler == scheduler)
        #expect(problems.isEmpty)
    }

    @Test func `An unknown scheduler is reported with those there are`() {
        let service = Self.service { $0.metadata.annotations[Scheduler.annotation] = "fastest" }
        let (port, problems) = Self.compile(Self.state(service, []))
        #expect(port?.scheduler == .random)
        #expect(
            problems.map(\.description) == [
                "InvalidScheduler: annotation pointsman.dev/scheduler is \"fastest\"; backends are "
                    + "chosen at random. Use one of random, round-robin, least-connections, maglev"
            ])
    }

    @Test(
        "Session affinity has a timeout",
        arguments: [(nil, UInt32(10800)), (Int64(60), UInt32(60))])
    func affinity(_ seconds: Int64?, _ expected: UInt32) {
        let service = Self.service {
            $0.spec.sessionAffinity = "ClientIP"
            $0.spec.sessionAffinityConfig = SessionAffinityConfig(
                clientIP: .init(timeoutSeconds: seconds))
        }
        #expect(Self.compile(Self.state(service, [])).0?.affinityTimeout == expected)
        #expect(Self.compile(Self.state(Self.service(), [])).0?.affinityTimeout == nil)
    }

    @Test func `Terminating endpoints serve only while nothing is ready`() {
        let leaving = Self.endpoint("10.0.0.1", ready: false, terminating: true)
        let gone = Self.endpoint("10.0.0.3", ready: false)
        let alone = Self.compile(Self.state(Self.service(), [leaving, gone])).0
        #expect(alone?.cluster.map(\.address) == [IPAddress("10.0.0.1")!])
        #expect(alone?.excluded.map(\.reason) == [.notReady])
        let both = Self.compile(
            Self.state(Self.service(), [leaving, Self.endpoint("10.0.0.2")])
        ).0
        #expect(both?.cluster.map(\.address) == [IPAddress("10.0.0.2")!])
        #expect(both?.excluded.map(\.reason) == [.terminating])
    }

    @Test func `The local list says where the others are`() {
        let service = Self.service { $0.spec.internalTrafficPolicy = .local }
        let port = Self.compile(
            Self.state(
                service, [Self.endpoint("10.0.0.1"), Self.endpoint("10.0.0.2", node: "m")])
        ).0
        #expect(port?.cluster == [])
        #expect(port?.local.map(\.address) == [IPAddress("10.0.0.1")!])
        #expect(port?.excluded.map(\.reason) == [.notLocal(node: "m")])
    }

    @Test func `A range that is no CIDR keeps the address closed`() throws {
        let service = Self.service {
            $0.spec.type = .loadBalancer
            $0.status.ingress = [LoadBalancerIngress(ip: "192.88.99.1")]
            $0.spec.loadBalancerSourceRanges = ["everybody"]
        }
        let state = Self.state(service, [Self.endpoint("10.0.0.1")])
        let table = ServiceTableCompiler.compile(state.snapshot)
        let decision = Oracle.decide(
            Packet(
                from: try #require(IPAddress("203.0.113.1")),
                to: try #require(IPAddress("192.88.99.1")), .tcp, 80), table)
        #expect(decision == .drop(.sourceNotAllowed(Self.name)))
        #expect(Self.compile(state).1.map(\.reason) == ["InvalidSourceRange"])
    }

    @Test func `A slice that moves to another Service changes both`() {
        var state = Self.state(Self.service(), [Self.endpoint("10.0.0.1")])
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: "web-endpoints", namespace: "default"), addressType: "IPv4")
        slice.metadata.labels[EndpointSlice.serviceNameLabel] = "api"
        let changed = state.upsert(slice)
        #expect(changed.map(\.name).sorted() == ["api", "web"])
        #expect(Self.compile(state).0?.cluster == [])
        #expect(state.remove(slice: slice.objectName).map(\.name) == ["api"])
        #expect(state.remove(slice: slice.objectName) == [])
    }

    @Test(
        "An endpoint may be chosen for its own connections unless another node is named as its own",
        arguments: [
            ("n" as String?, Backend.Place.here, true), ("m", .elsewhere, false),
            (nil, .unknown, true),
        ])
    func place(node: String?, place: Backend.Place, maySendHere: Bool) throws {
        let state = Self.state(Self.service(), [Self.endpoint("10.244.0.5", node: node)])
        let backend = try #require(Self.compile(state).0?.cluster.first)
        #expect(backend.place == place)
        #expect(backend.maySendHere == maySendHere)
        #expect(backend.isLocal == (place == .here))
    }
}
