package import Addresses

/// A network interface (`struct ifinfomsg`, linux/if_link.h): of link requests, answers and notifications.
package struct LinkMessage: NetlinkPayload {
    /// 0 in a request that names the interface or makes one.
    package var index: Int32 = 0
    package var flags: LinkFlags = []
    /// Which of `flags` a request sets.
    package var change: LinkFlags = []
    /// At most 15 bytes.
    package var name: String?
    package var mtu: UInt32?
    package var address: MACAddress?
    /// IFLA_LINK: of a veth the index of its peer.
    package var peerIndex: UInt32?
    /// IFLA_IFALIAS: free text, shown by `ip link`.
    package var alias: String?
    /// IFLA_NET_NS_FD: a descriptor of the namespace in which the interface shall live.
    package var namespaceDescriptor: Int32?
    /// IFLA_INFO_KIND: `veth`, `dummy`, ….
    package var kind: String?
    /// VETH_INFO_PEER: the other end of a veth that is made.
    package var peer: LinkPeer?
    /// IFLA_INET6_ADDR_GEN_MODE 1: the kernel makes no link-local address by itself.
    package var hasNoAutomaticIPv6 = false

    package init() {}
}

/// The other end of a veth pair in the request that makes it.
package struct LinkPeer: Equatable, Sendable {
    package var name: String
    package var address: MACAddress?
    package var mtu: UInt32?
    /// A descriptor of the namespace in which this end shall live; nil: where the first end lives.
    package var namespaceDescriptor: Int32?

    package init(
        name: String, address: MACAddress? = nil, mtu: UInt32? = nil,
        namespaceDescriptor: Int32? = nil
    ) {
        self.name = name
        self.address = address
        self.mtu = mtu
        self.namespaceDescriptor = namespaceDescriptor
    }
}

/// IFF_… (linux/if.h).
package struct LinkFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let up = LinkFlags(rawValue: 0x1)
    package static let loopback = LinkFlags(rawValue: 0x8)
    package static let running = LinkFlags(rawValue: 0x40)
}

private enum LinkAttribute {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let link: UInt16 = 5
    static let info: UInt16 = 18
    static let alias: UInt16 = 20
    static let families: UInt16 = 26
    static let namespaceDescriptor: UInt16 = 28
    static let infoKind: UInt16 = 1
    static let infoData: UInt16 = 2
    static let vethPeer: UInt16 = 1
    static let ipv6GenerationMode: UInt16 = 8
}

extension LinkMessage {
    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            try reader.skip(4)
            index = try reader.readNative()
            flags = LinkFlags(rawValue: try reader.readNative())
            change = LinkFlags(rawValue: try reader.readNative())
        } catch {
            throw NetlinkParseError(error)
        }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case LinkAttribute.address: address = MACAddress(bytes: attribute.bytes())
            case LinkAttribute.name: name = attribute.string()
            case LinkAttribute.mtu: mtu = try attribute.uint32()
            case LinkAttribute.link: peerIndex = try attribute.uint32()
            case LinkAttribute.alias: alias = attribute.string()
            case LinkAttribute.namespaceDescriptor: namespaceDescriptor = try attribute.int32()
            case LinkAttribute.info: try readInfo(attribute.payload)
            case LinkAttribute.families: try readFamilies(attribute.payload)
            default: break
            }
        }
    }

    private mutating func readInfo(_ info: ByteReader) throws(NetlinkParseError) {
        var info = info
        while let attribute = try info.readAttribute() {
            switch attribute.type {
            case LinkAttribute.infoKind: kind = attribute.string()
            case LinkAttribute.infoData where kind == "veth":
                var data = attribute.payload
                while let inner = try data.readAttribute() {
                    guard inner.type == LinkAttribute.vethPeer else { continue }
                    var payload = inner.payload
                    let link = try LinkMessage(parsing: &payload)
                    peer = LinkPeer(
                        name: link.name ?? "", address: link.address, mtu: link.mtu,
                        namespaceDescriptor: link.namespaceDescriptor)
                }
            default: break
            }
        }
    }

    private mutating func readFamilies(_ families: ByteReader) throws(NetlinkParseError) {
        var families = families
        while let family = try families.readAttribute() {
            guard family.type == UInt16(IPFamily.ipv6.addressFamily) else { continue }
            var settings = family.payload
            while let setting = try settings.readAttribute() {
                guard setting.type == LinkAttribute.ipv6GenerationMode else { continue }
                hasNoAutomaticIPv6 = try setting.uint8() == 1
            }
        }
    }

    package func write(to writer: inout ByteWriter) {
        writer.writeZeros(4)
        writer.writeNative(index)
        writer.writeNative(flags.rawValue)
        writer.writeNative(change.rawValue)
        if let address { writer.writeAttribute(LinkAttribute.address) { $0.write(address.bytes) } }
        if let name { writer.writeAttribute(LinkAttribute.name, name) }
        if let mtu { writer.writeAttribute(LinkAttribute.mtu, mtu) }
        if let peerIndex { writer.writeAttribute(LinkAttribute.link, peerIndex) }
        if let alias { writer.writeAttribute(LinkAttribute.alias, alias) }
        if let namespaceDescriptor {
            writer.writeAttribute(LinkAttribute.namespaceDescriptor, namespaceDescriptor)
        }
        if let kind { writeInfo(kind, to: &writer) }
        if hasNoAutomaticIPv6 {
            writer.writeNested(LinkAttribute.families) { writer in
                writer.writeNested(UInt16(IPFamily.ipv6.addressFamily)) { writer in
                    writer.writeAttribute(LinkAttribute.ipv6GenerationMode, UInt8(1))
                }
            }
        }
    }

    private func writeInfo(_ kind: String, to writer: inout ByteWriter) {
        writer.writeNested(LinkAttribute.info) { writer in
            writer.writeAttribute(LinkAttribute.infoKind, kind)
            guard let peer else { return }
            writer.writeNested(LinkAttribute.infoData) { writer in
                writer.writeNested(LinkAttribute.vethPeer) { writer in
                    var link = LinkMessage()
                    link.name = peer.name
                    link.address = peer.address
                    link.mtu = peer.mtu
                    link.namespaceDescriptor = peer.namespaceDescriptor
                    link.write(to: &writer)
                }
            }
        }
    }
}
