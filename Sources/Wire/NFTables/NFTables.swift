package import Addresses

/// The kernel's nf_tables over netlink (linux/netfilter/nf_tables.h): tables, chains, rules, sets and their elements
/// as values, and the batches that change them.
package enum NFTables {
    /// NFNL_SUBSYS_NFTABLES.
    static let subsystem: UInt16 = 10
    /// NFNLGRP_NFTABLES: the multicast group that is told of every change.
    package static let group: UInt32 = 7

    /// `nfgenmsg.nfgen_family` of the tables that hold one family's packets.
    package static func family(_ family: IPFamily) -> UInt8 { family.addressFamily }

    /// Which of a thing's three messages: NFT_MSG_NEW…, GET…, DEL… follow one another.
    package enum Verb: UInt16, Sendable {
        case new = 0
        case get = 1
        case delete = 2
    }

    /// What a message is about; the value is the number of its NFT_MSG_NEW….
    package enum Subject: UInt16, Sendable {
        case table = 0
        case chain = 3
        case rule = 6
        case set = 9
        case element = 12
        case generation = 15
    }

    package static func message(_ verb: Verb, _ subject: Subject) -> NetlinkMessageType {
        NetlinkMessageType(rawValue: subsystem << 8 | (subject.rawValue + verb.rawValue))
    }

    /// What a message of this subsystem is; nil for others and for subjects that are of no use here.
    package static func meaning(
        of type: NetlinkMessageType
    ) -> (verb: Verb, subject: Subject)? {
        guard type.rawValue >> 8 == subsystem else { return nil }
        let number = type.rawValue & 0xFF
        for subject in [Subject.table, .chain, .rule, .set, .element, .generation] {
            if number >= subject.rawValue, let verb = Verb(rawValue: number - subject.rawValue) {
                return (verb, subject)
            }
        }
        return nil
    }
}

extension NetlinkMessageType {
    /// NFNL_MSG_BATCH_BEGIN and _END: what stands between is one transaction.
    static let batchBegin = NetlinkMessageType(rawValue: 0x10)
    static let batchEnd = NetlinkMessageType(rawValue: 0x11)
}

/// `struct nfgenmsg`: what every message of a netfilter subsystem begins with.
struct NetfilterHeader {
    var family: UInt8
    /// In host order; in a batch's begin and end the subsystem.
    var resource: UInt16 = 0

    func write(to writer: inout ByteWriter) {
        writer.write(family)
        writer.write(0)
        writer.writeBig(resource)
    }

    init(family: UInt8, resource: UInt16 = 0) {
        self.family = family
        self.resource = resource
    }

    init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            family = try reader.readUInt8()
            try reader.skip(1)
            resource = try reader.readBig()
        } catch {
            throw NetlinkParseError(error)
        }
    }
}

extension NetlinkAttribute {
    /// nf_tables writes its integers in network byte order.
    func bigUInt32() throws(NetlinkParseError) -> UInt32 { UInt32(bigEndian: try uint32()) }

    func bigUInt64() throws(NetlinkParseError) -> UInt64 {
        var reader = payload
        guard reader.remaining == 8, let value: UInt64 = try? reader.readBig() else {
            throw .badAttribute(type: type, length: payload.remaining)
        }
        return value
    }
}

extension ByteWriter {
    mutating func writeBigAttribute(_ type: UInt16, _ value: some FixedWidthInteger) {
        writeAttribute(type) { $0.writeBig(value) }
    }
}
