package import Addresses

/// One direction of a tracked connection (CTA_TUPLE_…): whole in an entry, in part in a filter.
package struct ConntrackTuple: Hashable, Sendable {
    package var source: IPAddress?
    package var destination: IPAddress?
    /// The IANA number.
    package var `protocol`: UInt8?
    package var sourcePort: Port?
    package var destinationPort: Port?
    /// CTA_TUPLE_ZONE: a zone that this direction alone is in.
    package var zone: UInt16?

    package init() {}

    package init(
        _ protocol: L4Protocol, from source: IPSocketAddress, to destination: IPSocketAddress
    ) {
        self.protocol = `protocol`.number
        self.source = source.address
        self.destination = destination.address
        sourcePort = source.port
        destinationPort = destination.port
    }

    /// The parts of a tuple that a filter compares: CTA_FILTER_F_… of net/netfilter/nf_internals.h.
    package struct Parts: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let source = Parts(rawValue: 0x1)
        package static let destination = Parts(rawValue: 0x2)
        package static let `protocol` = Parts(rawValue: 0x8)
        package static let sourcePort = Parts(rawValue: 0x10)
        package static let destinationPort = Parts(rawValue: 0x20)
    }
}

extension ConntrackTuple {
    init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: try readAddresses(attribute.payload)
            case 2: try readPorts(attribute.payload)
            case 3: zone = try attribute.bigEndian()
            default: break
            }
        }
    }

    private mutating func readAddresses(_ payload: ByteReader) throws(NetlinkParseError) {
        var reader = payload
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1, 3: source = try attribute.ipAddress()
            case 2, 4: destination = try attribute.ipAddress()
            default: break
            }
        }
    }

    private mutating func readPorts(_ payload: ByteReader) throws(NetlinkParseError) {
        var reader = payload
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: `protocol` = try attribute.uint8()
            case 2: sourcePort = try attribute.bigEndian()
            case 3: destinationPort = try attribute.bigEndian()
            default: break
            }
        }
    }

    func write(to writer: inout ByteWriter) {
        if source != nil || destination != nil {
            writer.writeNested(1) { writer in
                if let source { writer.writeAttribute(source.family == .ipv4 ? 1 : 3, source) }
                if let destination {
                    writer.writeAttribute(destination.family == .ipv4 ? 2 : 4, destination)
                }
            }
        }
        if `protocol` != nil || sourcePort != nil || destinationPort != nil {
            writer.writeNested(2) { writer in
                if let `protocol` { writer.writeAttribute(1, `protocol`) }
                if let sourcePort { writer.writeAttribute(2, sourcePort.bigEndian) }
                if let destinationPort { writer.writeAttribute(3, destinationPort.bigEndian) }
            }
        }
        if let zone { writer.writeAttribute(3, zone.bigEndian) }
    }
}

extension NetlinkAttribute {
    /// An integer in network byte order that fills the payload: ctnetlink's.
    func bigEndian<Value: FixedWidthInteger>() throws(NetlinkParseError) -> Value {
        var reader = payload
        guard reader.remaining == MemoryLayout<Value>.size,
            let value: Value = try? reader.readBig()
        else { throw .badAttribute(type: type, length: payload.remaining) }
        return value
    }

    /// As `address()`, without an array in between: a dump may have millions.
    func ipAddress() throws(NetlinkParseError) -> IPAddress {
        var reader = payload
        do {
            switch reader.remaining {
            case 4: return IPAddress(ipv4: try reader.readBig())
            case 16: return IPAddress(ipv6: try reader.readBig(), try reader.readBig())
            default: throw NetlinkParseError.badAttribute(type: type, length: reader.remaining)
            }
        } catch {
            throw NetlinkParseError(error)
        }
    }
}
