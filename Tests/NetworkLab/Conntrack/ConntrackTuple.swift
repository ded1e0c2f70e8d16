package import Addresses
import Wire

/// One direction of a connection, as connection tracking sees it.
package struct ConntrackTuple: Hashable, Sendable, CustomStringConvertible {
    package var `protocol`: L4Protocol
    package var source: IPSocketAddress
    package var destination: IPSocketAddress

    package init(
        _ protocol: L4Protocol, from source: IPSocketAddress, to destination: IPSocketAddress
    ) {
        self.protocol = `protocol`
        self.source = source
        self.destination = destination
    }

    package var description: String { "\(`protocol`) \(source) → \(destination)" }
}

/// CTA_TUPLE_…, CTA_IP_…, CTA_PROTO_… of linux/netfilter/nfnetlink_conntrack.h.
private enum TupleAttribute {
    static let ip: UInt16 = 1
    static let `protocol`: UInt16 = 2
    static let protocolNumber: UInt16 = 1
    static let sourcePort: UInt16 = 2
    static let destinationPort: UInt16 = 3

    static func source(_ family: IPFamily) -> UInt16 { family == .ipv4 ? 1 : 3 }
    static func destination(_ family: IPFamily) -> UInt16 { family == .ipv4 ? 2 : 4 }
}

extension ConntrackTuple {
    func write(to writer: inout ByteWriter) {
        let family = source.address.family
        writer.writeNested(TupleAttribute.ip) { writer in
            writer.writeAttribute(TupleAttribute.source(family), source.address)
            writer.writeAttribute(TupleAttribute.destination(family), destination.address)
        }
        writer.writeNested(TupleAttribute.protocol) { writer in
            writer.writeAttribute(TupleAttribute.protocolNumber, `protocol`.number)
            writer.writeAttribute(TupleAttribute.sourcePort, source.port.bigEndian)
            writer.writeAttribute(TupleAttribute.destinationPort, destination.port.bigEndian)
        }
    }

    /// nil for a protocol that is none of a Service, such as ICMP.
    init?(parsing attributes: ByteReader) throws(NetlinkParseError) {
        var addresses: [UInt16: IPAddress] = [:]
        var numbers: [UInt16: NetlinkAttribute] = [:]
        var reader = attributes
        while let part = try reader.readAttribute() {
            var inner = part.payload
            while let attribute = try inner.readAttribute() {
                if part.type == TupleAttribute.ip {
                    addresses[attribute.type] = try attribute.address()
                } else if part.type == TupleAttribute.protocol {
                    numbers[attribute.type] = attribute
                }
            }
        }
        let number = try numbers[TupleAttribute.protocolNumber]?.uint8()
        guard let `protocol` = L4Protocol.allCases.first(where: { $0.number == number }),
            let source = addresses[1] ?? addresses[3],
            let destination = addresses[2] ?? addresses[4],
            let sourcePort = try numbers[TupleAttribute.sourcePort]?.uint16(),
            let destinationPort = try numbers[TupleAttribute.destinationPort]?.uint16()
        else { return nil }
        self.init(
            `protocol`, from: IPSocketAddress(source, Port(bigEndian: sourcePort)),
            to: IPSocketAddress(destination, Port(bigEndian: destinationPort)))
    }
}
