package import Addresses

/// An address of an interface (`struct ifaddrmsg`, linux/if_addr.h).
package struct AddressMessage: NetlinkPayload {
    package var family: IPFamily?
    package var prefixLength: UInt8 = 0
    /// IFA_F_…: `noDuplicateDetection` lets an IPv6 address work at once.
    package var flags: UInt32 = 0
    package var scope: UInt8 = 0
    package var interface: UInt32 = 0
    /// IFA_ADDRESS; of a point-to-point link the peer's.
    package var address: IPAddress?
    /// IFA_LOCAL: the interface's own address; IPv6 has it in `address`.
    package var local: IPAddress?
    /// IFA_PROTO: who gave the address; kernels before 5.18 do not keep it.
    package var origin = RouteOrigin.unspecified

    package static let noDuplicateDetection: UInt32 = 0x02

    package init() {}

    /// The interface's own address, of either family.
    package var ownAddress: IPAddress? { local ?? address }

    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            family = IPFamily(addressFamily: try reader.readUInt8())
            prefixLength = try reader.readUInt8()
            flags = UInt32(try reader.readUInt8())
            scope = try reader.readUInt8()
            interface = try reader.readNative()
        } catch {
            throw NetlinkParseError(error)
        }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: address = try attribute.address()
            case 2: local = try attribute.address()
            case 8: flags = try attribute.uint32()
            case 11: origin = RouteOrigin(rawValue: try attribute.uint8())
            default: break
            }
        }
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(family?.addressFamily ?? 0)
        writer.write(prefixLength)
        writer.write(UInt8(truncatingIfNeeded: flags))
        writer.write(scope)
        writer.writeNative(interface)
        if let address { writer.writeAttribute(1, address) }
        if let local { writer.writeAttribute(2, local) }
        if flags > 0xFF { writer.writeAttribute(8, flags) }
        if origin != .unspecified { writer.writeAttribute(11, origin.rawValue) }
    }
}
