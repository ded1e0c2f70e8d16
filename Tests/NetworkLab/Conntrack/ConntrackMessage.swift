package import Addresses
package import Wire

/// A message of ctnetlink, as far as the lab needs it: `struct nfgenmsg` and attributes. Without tuples it speaks
/// of all connections.
package struct ConntrackMessage: NetlinkPayload {
    package var original: ConntrackTuple?
    package var reply: ConntrackTuple?
    /// Of a connection that is made: whom its packets are sent on to.
    package var dnat: IPSocketAddress?

    package init() {}

    static let new = NetlinkMessageType(rawValue: 0x100)
    static let get = NetlinkMessageType(rawValue: 0x101)
    static let delete = NetlinkMessageType(rawValue: 0x102)

    /// CTA_…
    private enum Attribute {
        static let original: UInt16 = 1
        static let reply: UInt16 = 2
        static let protocolState: UInt16 = 4
        static let timeout: UInt16 = 7
        static let dnat: UInt16 = 13
    }

    /// Seconds that a connection that is made lives.
    private static let timeout: UInt32 = 600

    package func write(to writer: inout ByteWriter) {
        let family: UInt8 =
            switch original?.source.address.family {
            case .ipv4: 2
            case .ipv6: 10
            case nil: 0
            }
        writer.write([family, 0, 0, 0])
        guard let original else { return }
        writer.writeNested(Attribute.original) { original.write(to: &$0) }
        if let reply { writer.writeNested(Attribute.reply) { reply.write(to: &$0) } }
        guard let dnat else { return }
        writer.writeAttribute(Attribute.timeout, Self.timeout.bigEndian)
        writer.writeNested(Attribute.protocolState) {
            Self.writeEstablished(original.protocol, to: &$0)
        }
        writer.writeNested(Attribute.dnat) { Self.write(dnat, to: &$0) }
    }

    /// CTA_PROTOINFO_…: the state of an open connection.
    private static func writeEstablished(_ protocol: L4Protocol, to writer: inout ByteWriter) {
        switch `protocol` {
        case .tcp: writer.writeNested(1) { $0.writeAttribute(1, UInt8(3)) }
        case .udp: break
        case .sctp:
            writer.writeNested(3) { writer in
                writer.writeAttribute(1, UInt8(4))
                writer.writeAttribute(2, UInt32(1).bigEndian)
                writer.writeAttribute(3, UInt32(1).bigEndian)
            }
        }
    }

    /// CTA_NAT_… and CTA_PROTONAT_…: one address and one port.
    private static func write(_ target: IPSocketAddress, to writer: inout ByteWriter) {
        for type: UInt16 in target.address.family == .ipv4 ? [1, 2] : [4, 5] {
            writer.writeAttribute(type, target.address)
        }
        writer.writeNested(3) { writer in
            for type: UInt16 in [1, 2] { writer.writeAttribute(type, target.port.bigEndian) }
        }
    }

    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        guard (try? reader.skip(4)) != nil else {
            throw .badLength(offset: reader.offset, length: reader.remaining)
        }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case Attribute.original: original = try ConntrackTuple(parsing: attribute.payload)
            case Attribute.reply: reply = try ConntrackTuple(parsing: attribute.payload)
            default: break
            }
        }
    }
}
