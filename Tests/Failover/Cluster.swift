import Addresses
import KubeAPI

/// The addresses of the run, and the objects that lead to them.
enum Cluster {
    static let nodeAddress = IPAddress("198.51.100.1")!
    /// Of clients outside that come from one address each.
    static let stickyClients = (2...5).map { IPAddress("203.0.113.\($0)")! }
    /// Of the others.
    static let clients = ([1] + (11...17)).map { IPAddress("203.0.113.\($0)")! }
    static let nodePortClients = [18, 19].map { IPAddress("203.0.113.\($0)")! }
    static let clientAddresses = clients + nodePortClients + stickyClients
    /// Of servers that always live; the place in this list is the byte that they answer with.
    static let backends = (101...106).map { IPAddress("10.244.0.\($0)")! }
    static let tcpTarget: Port = 8080
    static let udpTarget: Port = 8081

    static let spread = IPAddress("10.96.0.100")!
    static let sticky = IPAddress("10.96.0.101")!
    static let nodePort: Port = 30080

    /// For `pointsman up`.
    static let arguments = [
        "--data-plane", "nftables", "--service-cidr", "10.96.0.0/16", "--pod-cidr",
        "10.244.0.0/24", "--node-ip", nodeAddress.description,
    ]

    /// A Service without selector.
    struct Service: Sendable {
        var name: String
        var clusterIP: IPAddress
        var hasAffinity: Bool

        static let spread = Service(
            name: "spread", clusterIP: Cluster.spread, hasAffinity: false)
        static let sticky = Service(name: "sticky", clusterIP: Cluster.sticky, hasAffinity: true)

        var tcp: IPSocketAddress { IPSocketAddress(clusterIP, 80) }
        var udp: IPSocketAddress { IPSocketAddress(clusterIP, 81) }
        var sliceName: ObjectName { ObjectName(namespace: "default", name: "\(name)-1") }

        var object: JSON {
            var tcp: JSON = ["name": "tcp", "port": 80]
            if !hasAffinity { tcp["nodePort"] = .integer(Int64(Cluster.nodePort)) }
            return [
                "kind": "Service", "apiVersion": "v1",
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": [
                    "type": .string(hasAffinity ? "ClusterIP" : "NodePort"),
                    "clusterIP": .string(clusterIP.description),
                    "sessionAffinity": .string(hasAffinity ? "ClientIP" : "None"),
                    "ports": [tcp, ["name": "udp", "protocol": "UDP", "port": 81]],
                ],
            ]
        }

        func slice(of backends: Set<Int>) -> JSON {
            [
                "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
                "metadata": [
                    "name": .string(sliceName.name), "namespace": "default",
                    "labels": ["kubernetes.io/service-name": .string(name)],
                ],
                "addressType": "IPv4", "endpoints": Self.endpoints(backends),
                "ports": [
                    ["name": "tcp", "port": .integer(Int64(Cluster.tcpTarget))],
                    [
                        "name": "udp", "protocol": "UDP",
                        "port": .integer(Int64(Cluster.udpTarget)),
                    ],
                ],
            ]
        }

        static func endpoints(_ backends: Set<Int>) -> JSON {
            .array(
                backends.sorted().map { index in
                    ["addresses": [.string(Cluster.backends[index].description)]]
                })
        }
    }
}
