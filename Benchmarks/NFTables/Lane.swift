import Addresses
import Glibc
import Linux

/// Client, node and server in network namespaces of their own: packets go from one to the other through the node,
/// whose rules are what is measured.
struct Lane {
    static let clientAddress = "10.1.0.2"

    let client: NetworkNamespace
    let node: NetworkNamespace
    let server: NetworkNamespace

    init(_ name: String) throws {
        func namespace(_ part: String) throws -> NetworkNamespace {
            let namespace = NetworkNamespace(
                named: "\(name)-\(part)-\(getpid())", in: "/tmp/pointsman-benchmark")
            try namespace.create()
            return namespace
        }
        client = try namespace("client")
        node = try namespace("node")
        server = try namespace("server")
        try link(client, "10.1.0")
        try link(server, "10.2.0")
        try server.runBlocking { try Shell.run("ip route add local 10.128.0.0/9 dev lo") }
        try client.runBlocking {
            try Shell.run("echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range")
        }
        try node.runBlocking {
            try Shell.runAll(
                """
                ip link set lo up
                ip route add 10.128.0.0/9 via 10.2.0.2
                echo 1 > /proc/sys/net/ipv4/ip_forward
                """)
        }
    }

    private func link(_ end: NetworkNamespace, _ network: String) throws {
        let (path, node) = (end.path, node)
        let name = network == "10.1.0" ? "client" : "server"
        try node.runBlocking {
            try Shell.runAll(
                """
                ip link add \(name) type veth peer name uplink
                ip address add \(network).1/24 dev \(name)
                ip link set \(name) up
                """)
            // By its path: the namespaces of ip(8) are elsewhere.
            try Shell.run("ip link set uplink netns \(path)")
        }
        try end.runBlocking {
            try Shell.runAll(
                """
                ip link set lo up
                ip address add \(network).2/24 dev uplink
                ip link set uplink up
                ip route add default via \(network).1
                """)
        }
    }

    /// A reset connection is forgotten soon: its port is used again.
    func forgetSoon() throws {
        try node.runBlocking {
            try Shell.run("echo 1 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_close")
        }
    }

    func delete() {
        for namespace in [client, node, server] { try? namespace.delete() }
    }
}
