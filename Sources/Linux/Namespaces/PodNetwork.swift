package import Addresses
import Wire

/// The network of one Pod: a namespace of its own with lo and eth0, and a veth to the host. Routed, not bridged:
/// every packet of the Pod passes the host's routing and so its conntrack.
///
/// Inside, eth0 has the Pod's addresses as /32 and /128, and default routes by gateways that exist nowhere
/// (169.254.1.1 and fe80::1): permanent neighbours map them to the host end's MAC address, so that nobody has to
/// answer ARP or NDP. Outside, a host route a Pod address, with a permanent neighbour as well.
///
/// Reverse-path filters pass: the host's route to a Pod address leaves by the very interface its packets come in by,
/// and the Pod's default route by its only one.
package struct PodNetwork: Sendable {
    package let namespace: NetworkNamespace
    /// The name of the host's end: `pm` and a hash of the namespace's name.
    package let hostInterface: String

    package static let gatewayIPv4 = IPAddress(ipv4: 0xA9FE_0101)
    package static let gatewayIPv6 = IPAddress(ipv6: 0xFE80_0000_0000_0000, 1)
    package static let podInterface = "eth0"

    package init(_ namespace: NetworkNamespace) {
        self.namespace = namespace
        hostInterface = "pm" + Self.hex(Self.hash(namespace.name) >> 16, digits: 12)
    }

    package static func gateway(_ family: IPFamily) -> IPAddress {
        family == .ipv4 ? gatewayIPv4 : gatewayIPv6
    }

    /// Makes the namespace and both ends; if anything fails, what was made is taken away again. `note` is shown
    /// by `ip link` at the host's end. Blocks shortly: not for the cooperative pool.
    package func create(addresses: [IPAddress], note: String, mtu: UInt32? = nil) throws {
        do {
            try namespace.create()
            let inside = try namespace.open()
            var host = try NetworkStack()
            try host.addVeth(
                named: hostInterface, address: hostMAC, alias: note,
                peer: LinkPeer(
                    name: Self.podInterface, address: podMAC, mtu: mtu,
                    namespaceDescriptor: inside.raw))
            try setUpInside(addresses)
            guard let link = try host.interface(named: hostInterface) else {
                throw NetlinkError.refused(
                    operation: "find interface \(hostInterface)", .noSuchDevice, reason: nil)
            }
            try host.setUp(link.index, withoutAutomaticIPv6: true)
            for address in addresses {
                try host.addPermanentNeighbour(address, podMAC, on: link.index)
                try host.addHostRoute(to: address, on: link.index)
            }
        } catch {
            // EEXIST of the namespace means that somebody else owns all of it.
            if (error as? SystemError)?.errno != .alreadyExists { try? delete() }
            throw error
        }
    }

    private func setUpInside(_ addresses: [IPAddress]) throws {
        let hostMAC = hostMAC
        try namespace.runBlocking {
            var inside = try NetworkStack()
            let interfaces = try inside.interfaces()
            for interface in interfaces where interface.isLoopback {
                try inside.setUp(interface.index)
            }
            guard let index = interfaces.first(where: { $0.name == Self.podInterface })?.index
            else {
                throw NetlinkError.refused(
                    operation: "find \(Self.podInterface)", .noSuchDevice, reason: nil)
            }
            try inside.setUp(index, withoutAutomaticIPv6: true)
            for address in addresses {
                try inside.addAddress(address, prefixLength: address.family.bits, to: index)
            }
            for family in Set(addresses.map(\.family)).sorted() {
                let gateway = Self.gateway(family)
                try inside.addPermanentNeighbour(gateway, hostMAC, on: index)
                try inside.addDefaultRoute(via: gateway, on: index)
            }
        }
    }

    /// Takes both ends and the namespace away; what is gone already is no error. Blocks shortly.
    package func delete() throws {
        // The interface first: the namespace may live on for as long as a process is in it.
        var host = try NetworkStack()
        try host.deleteInterface(named: hostInterface)
        try namespace.delete()
    }

    /// Locally administered, the same for the same name.
    private var hostMAC: MACAddress { mac(0x02) }
    private var podMAC: MACAddress { mac(0x06) }

    private func mac(_ first: UInt8) -> MACAddress {
        let hash = Self.hash(namespace.name)
        let rest = (0..<5).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        return MACAddress(bytes: [first] + rest)!
    }

    /// FNV-1a of 64 bits, mixed once more: the same on every run, unlike `Hasher`.
    private static func hash(_ text: String) -> UInt64 {
        let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (hash ^ hash >> 29) &* 0xBF58_476D_1CE4_E5B9
    }

    private static func hex(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
