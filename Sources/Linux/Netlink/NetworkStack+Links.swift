package import Addresses
package import Wire

extension NetworkStack {
    package mutating func interfaces() throws(NetlinkError) -> [NetworkInterface] {
        try socket.dump(.getLink, LinkMessage(), operation: "list interfaces").map { link in
            NetworkInterface(
                index: link.index, name: link.name ?? "", isUp: link.flags.contains(.up),
                isLoopback: link.flags.contains(.loopback), mtu: link.mtu ?? 0,
                address: link.address, alias: link.alias ?? "", kind: link.kind ?? "")
        }
    }

    /// The interface of that name; nil if there is none.
    package mutating func interface(named name: String) throws(NetlinkError) -> NetworkInterface? {
        try interfaces().first { $0.name == name }
    }

    /// Makes a veth pair: one end here, the other in the namespace that `peer` names. One of the same name that
    /// is there already is an error: its other end may be anywhere.
    package mutating func addVeth(
        named name: String, address: MACAddress?, alias: String, peer: LinkPeer
    ) throws(NetlinkError) {
        var link = LinkMessage()
        link.kind = "veth"
        link.name = name
        link.address = address
        link.mtu = peer.mtu
        link.peer = peer
        try request(.newLink, [.create, .exclusive], link, "add veth \(name)")
        // An alias in the request that makes the pair is not taken by every kernel.
        var description = LinkMessage()
        description.name = name
        description.alias = alias
        try request(.newLink, [], description, "name veth \(name)")
    }

    package mutating func deleteInterface(named name: String) throws(NetlinkError) {
        var link = LinkMessage()
        link.name = name
        try request(.deleteLink, [], link, settled: [.noSuchDevice], "delete interface \(name)")
    }

    /// `withoutAutomaticIPv6`: the kernel gives it no link-local address, and asks no router.
    package mutating func setUp(
        _ index: Int32, withoutAutomaticIPv6: Bool = false
    ) throws(NetlinkError) {
        if withoutAutomaticIPv6 {
            var link = LinkMessage()
            link.index = index
            link.hasNoAutomaticIPv6 = true
            // Where IPv6 is off there is nothing to turn off.
            try request(
                .newLink, [], link,
                settled: [.notSupported, .invalidArgument, .familyNotSupported],
                "set up interface \(index)")
        }
        var link = LinkMessage()
        link.index = index
        link.flags = .up
        link.change = .up
        try request(.newLink, [], link, "set up interface \(index)")
    }
}

extension Errno {
    static let familyNotSupported = Errno(rawValue: 97)
}
