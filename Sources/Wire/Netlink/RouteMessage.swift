package import Addresses

/// A route (`struct rtmsg`, linux/rtnetlink.h).
package struct RouteMessage: NetlinkPayload {
    package var family: IPFamily?
    /// 0 with no `destination` is the default route.
    package var destinationLength: UInt8 = 0
    package var destination: IPAddress?
    /// `main` or `local`, or any other number.
    package var table: UInt32 = RouteMessage.mainTable
    /// Who made it (RTPROT_…).
    package var origin = RouteOrigin.unspecified
    package var scope = RouteScope.universe
    package var type = RouteType.unicast
    package var flags: UInt32 = 0
    /// RTA_OIF: the index of the interface.
    package var interface: UInt32?
    package var gateway: IPAddress?
    /// RTA_PREFSRC: the source address of this host's own packets.
    package var source: IPAddress?
    /// RTA_PRIORITY: the lower one counts.
    package var metric: UInt32?

    package static let mainTable: UInt32 = 254
    package static let localTable: UInt32 = 255
    /// RTNH_F_ONLINK: the gateway is on the link, whatever the addresses say.
    package static let onLink: UInt32 = 4

    package init() {}

    package init(to prefix: IPPrefix) {
        family = prefix.family
        destinationLength = UInt8(prefix.length)
        destination = prefix.length == 0 ? nil : prefix.network
    }

    /// What the route leads to; the default route is a prefix of length 0. Nil for a family other than IP.
    package var prefix: IPPrefix? {
        guard let family, Int(destinationLength) <= family.bits else { return nil }
        let any = family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0, 0)
        let address = destination ?? any
        return address.family == family ? IPPrefix(address, length: Int(destinationLength)) : nil
    }
}

/// RTPROT_….
package struct RouteOrigin: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unspecified = RouteOrigin(rawValue: 0)
    package static let kernel = RouteOrigin(rawValue: 2)
    /// Pointsman's own mark; the number is used by no daemon of iproute2's `rt_protos`.
    package static let pointsman = RouteOrigin(rawValue: 0x50)
}

/// RT_SCOPE_….
package struct RouteScope: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let universe = RouteScope(rawValue: 0)
    package static let link = RouteScope(rawValue: 253)
    package static let host = RouteScope(rawValue: 254)
    package static let nowhere = RouteScope(rawValue: 255)
}

/// RTN_….
package struct RouteType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unspecified = RouteType(rawValue: 0)
    package static let unicast = RouteType(rawValue: 1)
    /// The addresses belong to this host.
    package static let local = RouteType(rawValue: 2)
    package static let broadcast = RouteType(rawValue: 3)
    package static let anycast = RouteType(rawValue: 4)
    package static let multicast = RouteType(rawValue: 5)
}

extension RouteMessage {
    package init(parsing reader: inout ByteReader) throws(NetlinkParseError) {
        do {
            family = IPFamily(addressFamily: try reader.readUInt8())
            destinationLength = try reader.readUInt8()
            try reader.skip(2)
            table = UInt32(try reader.readUInt8())
            origin = RouteOrigin(rawValue: try reader.readUInt8())
            scope = RouteScope(rawValue: try reader.readUInt8())
            type = RouteType(rawValue: try reader.readUInt8())
            flags = try reader.readNative()
        } catch {
            throw NetlinkParseError(error)
        }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: destination = try attribute.address()
            case 4: interface = try attribute.uint32()
            case 5: gateway = try attribute.address()
            case 6: metric = try attribute.uint32()
            case 7: source = try attribute.address()
            case 15: table = try attribute.uint32()
            default: break
            }
        }
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(family?.addressFamily ?? 0)
        writer.write(destinationLength)
        writer.writeZeros(2)
        writer.write(table > 0xFF ? 0 : UInt8(table))
        writer.write(origin.rawValue)
        writer.write(scope.rawValue)
        writer.write(type.rawValue)
        writer.writeNative(flags)
        if let destination { writer.writeAttribute(1, destination) }
        if let interface { writer.writeAttribute(4, interface) }
        if let gateway { writer.writeAttribute(5, gateway) }
        if let metric { writer.writeAttribute(6, metric) }
        if let source { writer.writeAttribute(7, source) }
        writer.writeAttribute(15, table)
    }
}
