import Addresses
package import KubeAPI
package import LoadBalancing

/// A seeded random cluster and its random changes: few names and addresses, so that collisions of every kind come up.
/// Everything that the API would accept, and some of what it would not.
package struct RandomCluster: Sendable {
    package private(set) var rng: SplitMix64
    private let namespaces = ["default", "shop"]
    private let names = ["web", "api", "db"]
    private let nodes = ["node-a", "node-b", "node-c"]
    private let zones = ["zone-a", "zone-b"]
    private let portNames = ["", "http", "dns"]

    package init(seed: UInt64) { rng = SplitMix64(seed: seed) }

    /// The node that tables are compiled for.
    package mutating func node() -> NodeContext {
        var node = NodeContext(name: "node-a")
        node.zone = maybe(1, of: 4) ? nil : "zone-a"
        node.nodePortAddresses = [IPAddress("192.0.2.10")!, IPAddress("2001:db8::10")!]
        node.podCIDRs =
            maybe(1, of: 6) ? [] : [IPPrefix("10.244.0.0/16")!, IPPrefix("fd00:244::/32")!]
        node.serviceCIDRs = [IPPrefix("10.96.0.0/16")!, IPPrefix("fd00:96::/112")!]
        node.masqueradeAll = maybe(1, of: 8)
        return node
    }

    /// The next change of an object.
    package mutating func change() -> ClusterChange {
        switch int(0...19) {
        case 0...4: .service(service())
        case 5: .serviceGone(name())
        case 6...13: .slice(slice())
        case 14: .sliceGone(sliceName())
        case 15...17: .pod(pod())
        case 18: .podGone(podName())
        default: .node(nodeObject())
        }
    }

    /// Any of the packets that could matter in such a cluster.
    package mutating func packet() -> Packet {
        let isIPv6 = maybe(1, of: 4)
        let sources =
            isIPv6
            ? ["fd00:244::7", "2001:db8::10", "2001:db8:1::7"]
            : ["10.244.1.7", "192.0.2.10", "203.0.113.7", "10.244.0.3"]
        let destinations =
            isIPv6
            ? ["fd00:96::1", "fd00:96::2", "2001:db8::10", "2001:db8:2::1"]
            : ["10.96.0.1", "10.96.0.2", "10.96.0.9", "192.0.2.10", "198.18.0.1", "192.88.99.1"]
        let source = IPAddress(pick(sources))!
        return Packet(
            from: source, to: IPAddress(pick(destinations))!, pick(L4Protocol.allCases),
            pick([80, 81, 30080, 30081]),
            isFromHost: ["192.0.2.10", "2001:db8::10"].contains(source.description))
    }
}

// MARK: Objects

extension RandomCluster {
    package mutating func service() -> Service {
        let name = name()
        var service = Service(
            metadata: ObjectMeta(name: name.name, namespace: name.namespace), spec: ServiceSpec())
        service.metadata.creationTimestamp = "2026-01-0\(int(1...3))T00:00:00Z"
        service.spec.type = pick([.clusterIP, .nodePort, .loadBalancer, .externalName])
        let headless = maybe(1, of: 10)
        let clusterIPs = pick([
            ["10.96.0.\(int(1...3))"], ["fd00:96::\(int(1...2))"],
            ["10.96.0.\(int(1...3))", "fd00:96::\(int(1...2))"],
        ])
        service.spec.clusterIPs = headless ? ["None"] : clusterIPs
        service.spec.clusterIP = service.spec.clusterIPs[0]
        service.spec.ports = ports(hasNodePorts: service.spec.type != .clusterIP)
        service.spec.internalTrafficPolicy = maybe(1, of: 4) ? .local : .cluster
        service.spec.externalTrafficPolicy = maybe(1, of: 3) ? .local : .cluster
        if maybe(1, of: 3) {
            service.spec.externalIPs = [pick(["198.18.0.1", "10.96.0.2", "2001:db8:2::1", "x"])]
        }
        if maybe(1, of: 2) { addLoadBalancer(to: &service) }
        if maybe(1, of: 4) {
            service.spec.sessionAffinity = "ClientIP"
            service.spec.sessionAffinityConfig = SessionAffinityConfig(
                clientIP: maybe(1, of: 2) ? nil : .init(timeoutSeconds: Int64(int(1...90))))
        }
        if maybe(1, of: 3) {
            service.metadata.annotations[Scheduler.annotation] =
                pick(Scheduler.allCases.map(\.rawValue) + ["fastest"])
        }
        if maybe(1, of: 12) {
            service.metadata.labels["service.kubernetes.io/service-proxy-name"] = "other"
        }
        return service
    }

    private mutating func ports(hasNodePorts: Bool) -> [ServicePort] {
        (0..<int(1...2)).map { _ in
            var port = ServicePort(
                name: pick(portNames), protocol: pick(["TCP", "TCP", "UDP", "SCTP"]),
                port: pick([80, 81]))
            if hasNodePorts { port.nodePort = pick([0, 30080, 30081]) }
            return port
        }
    }

    private mutating func addLoadBalancer(to service: inout Service) {
        service.status.ingress = [
            LoadBalancerIngress(
                ip: pick(["192.88.99.1", "192.88.99.2", "2001:db8:2::1"]),
                ipMode: pick([nil, "VIP", "Proxy"]))
        ]
        service.spec.loadBalancerSourceRanges = pick([
            [], ["203.0.113.0/24"], ["192.0.2.0/24", " 10.244.0.0/16"], ["0.0.0.0/0"], ["nobody"],
        ])
    }

    package mutating func slice() -> EndpointSlice {
        let name = sliceName()
        let isIPv6 = maybe(1, of: 4)
        var slice = EndpointSlice(
            metadata: ObjectMeta(name: name.name, namespace: name.namespace),
            addressType: maybe(1, of: 20) ? "FQDN" : isIPv6 ? "IPv6" : "IPv4")
        if !maybe(1, of: 15) {
            slice.metadata.labels[EndpointSlice.serviceNameLabel] = pick(names)
        }
        if maybe(1, of: 15) { slice.metadata.labels["service.kubernetes.io/headless"] = "" }
        if maybe(1, of: 6) {
            slice.metadata.annotations[Scheduler.weightAnnotation] = pick(["3", "0", "much"])
        }
        slice.ports = (0..<int(1...2)).map { _ in
            EndpointPort(
                name: pick(portNames), protocol: pick(["TCP", "TCP", "UDP", "SCTP"]),
                port: pick([8080, 8081, 70000, nil]))
        }
        let hintLevel = int(0...2)
        let count = int(0...4)
        for _ in 0..<count { slice.endpoints.append(endpoint(isIPv6, name.namespace, hintLevel)) }
        return slice
    }

    private mutating func endpoint(
        _ isIPv6: Bool, _ namespace: String, _ hintLevel: Int
    ) -> Endpoint {
        let host = int(1...5)
        let address = isIPv6 ? "fd00:244::\(host)" : "10.244.0.\(host)"
        var endpoint = Endpoint(addresses: [maybe(1, of: 25) ? "nowhere" : address])
        endpoint.ready = pick([nil, true, true, false, false])
        endpoint.serving = pick([nil, true, false])
        endpoint.terminating = pick([nil, false, true])
        endpoint.nodeName = pick(nodes + [nil])
        if hintLevel > 0, !maybe(1, of: 8) {
            endpoint.hints = EndpointHints(
                forZones: [pick(zones)], forNodes: hintLevel > 1 ? [pick(nodes)] : [])
        }
        if maybe(3, of: 4) {
            endpoint.targetRef = ObjectReference(
                kind: "Pod", namespace: namespace, name: "pod-\(host)")
        }
        return endpoint
    }

    package mutating func pod() -> Pod {
        let name = podName()
        var pod = Pod(metadata: ObjectMeta(name: name.name, namespace: name.namespace))
        if maybe(2, of: 3) {
            pod.metadata.annotations[Scheduler.weightAnnotation] = pick(["0", "1", "5", "heavy"])
        }
        return pod
    }

    private mutating func nodeObject() -> Node {
        var node = Node(metadata: ObjectMeta(name: pick(nodes)))
        if maybe(3, of: 4) {
            node.metadata.labels["topology.kubernetes.io/zone"] = pick(zones)
        }
        return node
    }
}

// MARK: Draws

extension RandomCluster {
    private mutating func name() -> ObjectName {
        ObjectName(namespace: pick(namespaces), name: pick(names))
    }

    private mutating func sliceName() -> ObjectName {
        ObjectName(namespace: pick(namespaces), name: "slice-\(int(1...6))")
    }

    private mutating func podName() -> ObjectName {
        ObjectName(namespace: pick(namespaces), name: "pod-\(int(1...5))")
    }

    package mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &rng) }

    /// True in `part` of `whole` cases.
    package mutating func maybe(_ part: Int, of whole: Int) -> Bool { int(1...whole) <= part }

    package mutating func pick<Value>(_ values: [Value]) -> Value {
        values.randomElement(using: &rng)!
    }
}
