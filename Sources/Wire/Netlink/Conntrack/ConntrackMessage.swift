package import Addresses

extension NetlinkMessageType {
    // NFNL_SUBSYS_CTNETLINK is 1; the numbers are IPCTNL_MSG_CT_… of linux/netfilter/nfnetlink_conntrack.h.
    package static let newConntrackEntry = NetlinkMessageType(rawValue: 1 << 8 | 0)
    package static let getConntrackEntry = NetlinkMessageType(rawValue: 1 << 8 | 1)
    package static let deleteConntrackEntry = NetlinkMessageType(rawValue: 1 << 8 | 2)
}

/// A tracked connection, or what is asked of connections (`struct nfgenmsg`, then CTA_…,
/// linux/netfilter/nfnetlink_conntrack.h). Attributes that are of no use here are skipped.
package struct ConntrackMessage: NetlinkPayload {
    /// Nil: both families.
    package var family: IPFamily?
    /// What the first packet had.
    package var original: ConntrackTuple?
    /// What the answers have: from where the connection really leads to.
    package var reply: ConntrackTuple?
    package var status: ConntrackStatus?
    /// In a dump's request: which bits of `status` are compared; older kernels skip it.
    package var statusMask: ConntrackStatus?
    package var tcpState: ConntrackTCPState?
    package var sctpState: ConntrackSCTPState?
    /// Seconds until the entry goes.
    package var timeout: UInt32?
    /// In a request to delete: only the entry that has this id.
    package var id: UInt32?
    package var zone: UInt16?
    /// In a request for a new entry (CTA_NAT_DST): where its packets go instead.
    package var destinationNAT: IPSocketAddress?
    /// In a dump's request (CTA_FILTER_ORIG_FLAGS): which parts of `original` are compared; since Linux 5.8.
    package var originalFilter: ConntrackTuple.Parts?

    package init() {}

    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            family = IPFamily(addressFamily: try reader.readUInt8())
            // The version, always 0, and a resource id that is not used here.
            try reader.skip(3)
        } catch {
            throw NetlinkParseError(error)
        }
        while let attribute = try reader.readAttribute() {
            try read(attribute)
        }
    }

    private mutating func read(_ attribute: NetlinkAttribute) throws(NetlinkParseError) {
        var payload = attribute.payload
        switch attribute.type {
        case 1: original = try ConntrackTuple(parsing: &payload)
        case 2: reply = try ConntrackTuple(parsing: &payload)
        case 3: status = ConntrackStatus(rawValue: try attribute.bigEndian())
        case 4: try readState(payload)
        case 7: timeout = try attribute.bigEndian()
        case 12: id = try attribute.bigEndian()
        case 13: destinationNAT = try Self.translation(payload)
        case 18: zone = try attribute.bigEndian()
        case 25: try readFilter(payload)
        case 26: statusMask = ConntrackStatus(rawValue: try attribute.bigEndian())
        default: break
        }
    }

    /// CTA_PROTOINFO: both protocols keep their state first.
    private mutating func readState(_ payload: ByteReader) throws(NetlinkParseError) {
        var reader = payload
        while let attribute = try reader.readAttribute() {
            guard attribute.type == 1 || attribute.type == 3 else { continue }
            var inner = attribute.payload
            while let state = try inner.readAttribute() {
                guard state.type == 1 else { continue }
                if attribute.type == 1 {
                    tcpState = ConntrackTCPState(rawValue: try state.uint8())
                } else {
                    sctpState = ConntrackSCTPState(rawValue: try state.uint8())
                }
            }
        }
    }

    private mutating func readFilter(_ payload: ByteReader) throws(NetlinkParseError) {
        var reader = payload
        while let attribute = try reader.readAttribute() {
            guard attribute.type == 1 else { continue }
            originalFilter = ConntrackTuple.Parts(rawValue: try attribute.uint32())
        }
    }

    private static func translation(
        _ payload: ByteReader
    ) throws(NetlinkParseError) -> IPSocketAddress? {
        var reader = payload
        var address: IPAddress?
        var port: Port = 0
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1, 4: address = try attribute.ipAddress()
            case 3:
                var inner = attribute.payload
                while let bound = try inner.readAttribute() {
                    if bound.type == 1 { port = try bound.bigEndian() }
                }
            default: break
            }
        }
        return address.map { IPSocketAddress($0, port) }
    }
}

extension ConntrackMessage {
    package func write(to writer: inout ByteWriter) {
        writer.write(family?.addressFamily ?? 0)
        writer.writeZeros(3)
        if let original { writer.writeNested(1) { original.write(to: &$0) } }
        if let reply { writer.writeNested(2) { reply.write(to: &$0) } }
        if let status { writer.writeAttribute(3, status.rawValue.bigEndian) }
        writeState(to: &writer)
        if let timeout { writer.writeAttribute(7, timeout.bigEndian) }
        if let id { writer.writeAttribute(12, id.bigEndian) }
        if let destinationNAT { Self.write(destinationNAT, to: &writer) }
        if let zone { writer.writeAttribute(18, zone.bigEndian) }
        if let originalFilter {
            writer.writeNested(25) { $0.writeAttribute(1, originalFilter.rawValue) }
        }
        if let statusMask { writer.writeAttribute(26, statusMask.rawValue.bigEndian) }
    }

    private func writeState(to writer: inout ByteWriter) {
        guard tcpState != nil || sctpState != nil else { return }
        writer.writeNested(4) { writer in
            if let tcpState {
                writer.writeNested(1) { $0.writeAttribute(1, tcpState.rawValue) }
            }
            if let sctpState {
                writer.writeNested(3) { writer in
                    writer.writeAttribute(1, sctpState.rawValue)
                    // The kernel takes a state only with the verification tags of both directions.
                    writer.writeAttribute(2, UInt32(0))
                    writer.writeAttribute(3, UInt32(0))
                }
            }
        }
    }

    private static func write(_ target: IPSocketAddress, to writer: inout ByteWriter) {
        writer.writeNested(13) { writer in
            writer.writeAttribute(target.address.family == .ipv4 ? 1 : 4, target.address)
            writer.writeNested(3) { writer in
                writer.writeAttribute(1, target.port.bigEndian)
                writer.writeAttribute(2, target.port.bigEndian)
            }
        }
    }
}
