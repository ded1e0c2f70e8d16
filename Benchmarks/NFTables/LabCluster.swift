import Addresses
import KubeAPI
import LoadBalancing

/// Services of one TCP port, each with one EndpointSlice of five endpoints.
struct LabCluster {
    static let endpoints = 5
    static let port: Port = 80
    static let targetPort: Port = 8080
    /// Nodes that the endpoints are spread over: so many Pods are never on one.
    static let nodes = 100

    var services: Int
    /// All endpoints are on this node, as a stand-alone host has them.
    var isOneNode = false

    /// Clients and Pods are here: nothing is masqueraded.
    static let podCIDRs = [IPPrefix("10.128.0.0/9")!, IPPrefix("10.1.0.0/24")!]

    static var node: NodeContext {
        var node = NodeContext(name: "node-0")
        node.podCIDRs = podCIDRs
        node.serviceCIDRs = [IPPrefix("10.96.0.0/12")!]
        return node
    }

    static func clusterIP(_ service: Int) -> IPAddress {
        IPAddress(ipv4: 0x0A60_000A + UInt32(service))
    }

    /// `turn` distinguishes the addresses that one endpoint has had.
    static func address(_ service: Int, _ endpoint: Int, turn: Int = 0) -> IPAddress {
        let number = service * endpoints + endpoint
        return IPAddress(ipv4: 0x0A80_0002 + UInt32(number) + UInt32(turn % 8) << 20)
    }

    static func service(_ index: Int, annotations: [String: String] = [:]) -> Service {
        var spec = ServiceSpec()
        spec.type = .clusterIP
        spec.clusterIP = clusterIP(index).description
        spec.clusterIPs = [spec.clusterIP]
        spec.ipFamilies = ["IPv4"]
        spec.selector = ["app": "service-\(index)"]
        var port = ServicePort()
        port.protocol = "TCP"
        port.port = Int64(Self.port)
        spec.ports = [port]
        return Service(
            metadata: ObjectMeta(
                name: "service-\(index)", namespace: "default", annotations: annotations),
            spec: spec)
    }

    static func slice(_ service: Int, endpoints: [Endpoint]) -> EndpointSlice {
        EndpointSlice(
            metadata: ObjectMeta(
                name: "service-\(service)-abcde", namespace: "default",
                labels: [EndpointSlice.serviceNameLabel: "service-\(service)"]),
            addressType: "IPv4", endpoints: endpoints,
            ports: [EndpointPort(port: Int64(targetPort))])
    }

    static func slice(_ service: Int) -> EndpointSlice {
        slice(
            service,
            endpoints: (0..<endpoints).map {
                endpoint(address(service, $0), pod: "pod-\(service)-\($0)")
            })
    }

    static func endpoint(_ address: IPAddress, pod: String) -> Endpoint {
        var endpoint = Endpoint(addresses: [address.description])
        endpoint.ready = true
        endpoint.nodeName = "node-\(address.low % UInt64(nodes))"
        endpoint.targetRef = ObjectReference(kind: "Pod", namespace: "default", name: pod)
        return endpoint
    }

    /// The objects as a first list brings them.
    var objects: [ClusterChange] {
        (0..<services).flatMap { index -> [ClusterChange] in
            [.service(Self.service(index)), .slice(placed(Self.slice(index)))]
        }
    }

    private func placed(_ slice: EndpointSlice) -> EndpointSlice {
        guard isOneNode else { return slice }
        var slice = slice
        for index in slice.endpoints.indices { slice.endpoints[index].nodeName = Self.node.name }
        return slice
    }
}
