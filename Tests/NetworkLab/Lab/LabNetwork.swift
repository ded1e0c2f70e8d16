package import Addresses
package import Linux
import Synchronization
import Wire

/// Two network namespaces: a *node*, where a data plane does its work, and the *world*, which has no network stack
/// of its own and sees every packet that leaves the node.
///
/// Packets of Pods and of clients come in by interface `inlet`, which carries the node's addresses; all that is not
/// the node's leaves by interface `outlet`. That has addresses of its own, so that a masqueraded packet differs
/// from one that the node sent. Nothing has to be resolved, nothing is filtered by reverse path, and no ICMP error
/// is held back.
package final class LabNetwork: Sendable {
    package let node: NetworkNamespace
    let world: NetworkNamespace
    /// The world's end of `inlet`.
    let worldInterface: Int32
    private let directory: String

    static let inletMAC = MACAddress(bytes: [2, 0, 0, 0, 0, 1])!
    /// Of nobody: the world's stack takes no notice of what is sent there.
    private static let gatewayMAC = MACAddress(bytes: [2, 0, 0, 0, 0, 2])!
    /// What masqueraded packets come from.
    static let outletAddresses = [IPAddress("100.64.0.1")!, IPAddress("fd64::1")!]
    private static let count = Mutex(0)

    /// True where this process may make one.
    package static var isPossible: Bool {
        Capability.netAdmin.isHeld && Capability.sysAdmin.isHeld
    }

    /// - Parameters:
    ///   - addresses: the node's.
    ///   - localNetworks: what is routed to the node itself (`local <prefix> dev lo`), as Pointsman does with the
    ///     networks of Services.
    package init(addresses: [IPAddress], localNetworks: [IPPrefix] = []) throws {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        directory = "/tmp/pointsman-flows-\(try ProcessIdentity.current().pid)-\(number)"
        node = NetworkNamespace(named: "node", in: directory)
        world = NetworkNamespace(named: "world", in: directory)
        do {
            for namespace in [node, world] {
                try? namespace.delete()
                try namespace.create()
            }
            try Self.addLinks(node, world)
            // The end of a link that comes up second carries packets at once.
            worldInterface = try world.runBlocking { try Self.setUpWorld() }
            try node.runBlocking { try Self.setUpNode(addresses, localNetworks) }
        } catch {
            Self.remove(node, world, directory)
            throw error
        }
    }

    deinit { remove() }

    /// Takes the namespaces away now, as the end of the lab does; sockets that are open go on living. A process may
    /// end before the last reference has gone.
    package func remove() { Self.remove(node, world, directory) }

    private static func remove(
        _ node: NetworkNamespace, _ world: NetworkNamespace, _ directory: String
    ) {
        try? node.delete()
        try? world.delete()
        // The directory was made a mount point of its own.
        try? NetworkNamespace(named: ".", in: directory).delete()
        try? FileSystem.remove(directory)
    }

    private static func addLinks(_ node: NetworkNamespace, _ world: NetworkNamespace) throws {
        try node.runBlocking {
            let target = try world.open()
            var stack = try NetworkStack()
            for (name, address) in [("inlet", Self.inletMAC), ("outlet", nil)] {
                try stack.addVeth(
                    named: name, address: address, alias: "",
                    peer: LinkPeer(name: name, namespaceDescriptor: target.raw))
            }
        }
    }

    /// All ends up, none with an address; the index of the end that packets are sent by.
    private static func setUpWorld() throws -> Int32 {
        var stack = try NetworkStack()
        for interface in try stack.interfaces() where interface.kind == "veth" {
            try stack.setUp(interface.index, withoutAutomaticIPv6: true)
        }
        guard let inlet = try stack.interface(named: "inlet") else {
            throw LabError("the world has no inlet")
        }
        return inlet.index
    }

    private static func setUpNode(_ addresses: [IPAddress], _ localNetworks: [IPPrefix]) throws {
        try setSwitches()
        var stack = try NetworkStack()
        var indices: [String: Int32] = [:]
        for interface in try stack.interfaces()
        where ["lo", "inlet", "outlet"].contains(interface.name) {
            indices[interface.name] = interface.index
            try stack.setUp(interface.index, withoutAutomaticIPv6: !interface.isLoopback)
        }
        guard let inlet = indices["inlet"], let outlet = indices["outlet"] else {
            throw LabError("the node lacks an interface")
        }
        for address in addresses {
            try stack.addAddress(address, prefixLength: address.family.bits, to: inlet)
        }
        for address in outletAddresses {
            try stack.addAddress(address, prefixLength: address.family.bits, to: outlet)
            let gateway = PodNetwork.gateway(address.family)
            try stack.addPermanentNeighbour(gateway, gatewayMAC, on: outlet)
            try stack.addDefaultRoute(via: gateway, on: outlet)
        }
        for network in localNetworks {
            guard let source = addresses.first(where: { $0.family == network.family }) else {
                continue
            }
            try stack.addLocalRoute(to: network, source: source)
        }
        try wait(for: addresses + outletAddresses, &stack)
    }

    /// An IPv6 address is of use once a worker of the kernel has seen that its interface carries packets: then it has
    /// its route.
    private static func wait(
        for addresses: [IPAddress], _ stack: inout NetworkStack
    ) throws {
        let wanted = Set(addresses.map { IPPrefix(host: $0) })
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let local = Set(try stack.routes().filter(\.isLocal).map(\.prefix))
            if wanted.isSubset(of: local) { return }
            guard ContinuousClock.now < deadline else {
                throw LabError("the node's addresses do not come into use")
            }
            Thread.yield()
        }
    }

    private static func setSwitches() throws {
        _ = try HostForwarding.enable([.ipv4, .ipv6])
        for (name, value) in [
            ("ipv4/conf/all/rp_filter", "0"), ("ipv4/conf/inlet/rp_filter", "0"),
            ("ipv4/conf/inlet/accept_local", "1"), ("ipv4/icmp_ratelimit", "0"),
            ("ipv6/icmp/ratelimit", "0"),
        ] {
            try FileSystem.write(value, to: "/proc/sys/net/\(name)", creating: false)
        }
        // The limit for all ICMP errors together belongs to a namespace in newer kernels only.
        try? FileSystem.write(
            "1000000", to: "/proc/sys/net/ipv4/icmp_msgs_per_sec", creating: false)
        try? FileSystem.write(
            "1000000", to: "/proc/sys/net/ipv4/icmp_msgs_burst", creating: false)
    }
}
