package import Addresses

/// An entry of the neighbour table, ARP's and NDP's (`struct ndmsg`, linux/neighbour.h).
package struct NeighbourMessage: NetlinkPayload {
    package var family: IPFamily?
    package var interface: Int32 = 0
    /// NUD_….
    package var state: UInt16 = 0
    package var flags: UInt8 = 0
    package var type: UInt8 = 0
    package var address: IPAddress?
    package var linkAddress: MACAddress?

    /// NUD_PERMANENT: never asked for, never forgotten.
    package static let permanent: UInt16 = 0x80

    package init() {}

    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            family = IPFamily(addressFamily: try reader.readUInt8())
            try reader.skip(3)
            interface = try reader.readNative()
            state = try reader.readNative()
            flags = try reader.readUInt8()
            type = try reader.readUInt8()
        } catch {
            throw NetlinkParseError(error)
        }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: address = try attribute.address()
            case 2: linkAddress = MACAddress(bytes: attribute.bytes())
            default: break
            }
        }
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(family?.addressFamily ?? 0)
        writer.writeZeros(3)
        writer.writeNative(interface)
        writer.writeNative(state)
        writer.write(flags)
        writer.write(type)
        if let address { writer.writeAttribute(1, address) }
        if let linkAddress { writer.writeAttribute(2) { $0.write(linkAddress.bytes) } }
    }
}
