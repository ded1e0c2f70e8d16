import Addresses
import Linux

/// Two network namespaces behind the one that this process is in, which is the node: a client's and the servers'. The
/// node routes between them as between Pods.
final class FailoverNetwork: Sendable {
    let client: NetworkNamespace
    let servers: NetworkNamespace
    private let directory: String
    private let networks: [PodNetwork]

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init() throws {
        guard try Self.isOfOurOwn() else {
            throw Failure(
                description:
                    "this changes the network: start it by `unshare --net`, as scripts/failover.sh does"
            )
        }
        directory = "/tmp/pointsman-failover-\(try ProcessIdentity.current().pid)"
        client = NetworkNamespace(named: "client", in: directory)
        servers = NetworkNamespace(named: "servers", in: directory)
        networks = [PodNetwork(client), PodNetwork(servers)]
        try Self.setUpNode()
        do {
            try networks[0].create(addresses: Cluster.clientAddresses, note: "client")
            try networks[1].create(addresses: Cluster.backends, note: "servers")
        } catch {
            remove()
            throw error
        }
    }

    func remove() {
        for network in networks { try? network.delete() }
        // The directory was made a mount point of its own.
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }

    /// No interface leads to a network that others use.
    private static func isOfOurOwn() throws -> Bool {
        var stack = try NetworkStack()
        return try stack.interfaces().allSatisfy { $0.isLoopback || $0.kind == "veth" }
    }

    private static func setUpNode() throws {
        _ = try HostForwarding.enable([.ipv4])
        var stack = try NetworkStack()
        guard let loopback = try stack.interfaces().first(where: \.isLoopback) else {
            throw Failure(description: "there is no lo")
        }
        try stack.setUp(loopback.index)
        try stack.addAddress(Cluster.nodeAddress, prefixLength: 32, to: loopback.index)
    }
}
