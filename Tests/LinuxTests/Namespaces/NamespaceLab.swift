import Addresses
import Linux
import Testing

/// True where tests may make namespaces.
let mayMakeNamespaces = Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld

/// A network namespace that plays the host, with lo up and two addresses; it ends with the lab.
final class NamespaceLab: Sendable {
    let directory: String
    let host: NetworkNamespace
    static let hostIPv4 = IPAddress("192.0.2.2")!
    static let hostIPv6 = IPAddress("2001:db8::2")!

    init(_ name: String) throws {
        directory = "/tmp/pointsman-lab-\(try ProcessIdentity.current().pid)-\(name)"
        host = NetworkNamespace(named: "host", in: directory)
        try? host.delete()
        try host.create()
        try host.runBlocking {
            var stack = try NetworkStack()
            let lo = try #require(try stack.interface(named: "lo"))
            try stack.setUp(lo.index)
            try stack.addAddress(Self.hostIPv4, prefixLength: 32, to: lo.index)
            try stack.addAddress(Self.hostIPv6, prefixLength: 128, to: lo.index)
        }
    }

    deinit {
        for namespace in NetworkNamespace.all(in: directory, prefix: "") {
            try? namespace.delete()
        }
        // The directory was made a mount point of its own.
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }

    /// A Pod with these addresses, made from the host's side.
    func addPod(_ name: String, _ addresses: [IPAddress]) throws -> PodNetwork {
        let pod = PodNetwork(NetworkNamespace(named: name, in: directory))
        try host.runBlocking { try pod.create(addresses: addresses, note: "test \(name)") }
        return pod
    }
}
