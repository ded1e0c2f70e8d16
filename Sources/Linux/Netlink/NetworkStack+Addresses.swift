package import Addresses
import Wire

extension NetworkStack {
    package mutating func addresses() throws(NetlinkError) -> [InterfaceAddress] {
        try socket.dump(.getAddress, AddressMessage(), operation: "list addresses").compactMap {
            guard let address = $0.ownAddress else { return nil }
            return InterfaceAddress(
                address: address, prefixLength: Int($0.prefixLength),
                interface: Int32(bitPattern: $0.interface),
                isGlobal: $0.scope == RouteScope.universe.rawValue && !address.isLoopback,
                isOurs: $0.origin == .pointsman)
        }
    }

    /// Gives an interface an address that works at once: IPv6's duplicate detection is left out.
    package mutating func addAddress(
        _ address: IPAddress, prefixLength: Int, to index: Int32,
        isOurs: Bool = false
    ) throws(NetlinkError) {
        var message = Self.message(address, prefixLength, index)
        if isOurs { message.origin = .pointsman }
        if address.family == .ipv6 { message.flags = AddressMessage.noDuplicateDetection }
        try request(
            .newAddress, [.create, .replace], message,
            "add address \(address) to interface \(index)")
    }

    /// Takes an address away; one that is not there is no error.
    package mutating func removeAddress(
        _ address: IPAddress, prefixLength: Int, from index: Int32
    ) throws(NetlinkError) {
        let message = Self.message(address, prefixLength, index)
        try request(
            .deleteAddress, [], message, settled: [.addressNotAvailable],
            "delete address \(address) of interface \(index)")
    }

    private static func message(
        _ address: IPAddress, _ prefixLength: Int, _ index: Int32
    ) -> AddressMessage {
        var message = AddressMessage()
        message.family = address.family
        message.prefixLength = UInt8(prefixLength)
        message.interface = UInt32(bitPattern: index)
        message.address = address
        message.local = address
        return message
    }

    /// The address that packets to the default route leave with: the node's own, where nothing else is said.
    package mutating func defaultRouteAddress(
        _ family: IPFamily
    ) throws(NetlinkError) -> IPAddress? {
        let routes = try routes().filter {
            $0.prefix.family == family && $0.prefix.length == 0 && $0.interface != nil
                && !$0.isLocal
        }
        guard let route = routes.min(by: { $0.metric < $1.metric }) else { return nil }
        if let source = route.source { return source }
        let interfaces = try interfaces()
        guard let index = interfaces.first(where: { $0.name == route.interface })?.index else {
            return nil
        }
        return try addresses().first {
            $0.interface == index && $0.address.family == family && $0.isGlobal
        }?.address
    }

    /// The first global address of an interface that is up; for hosts without a default route.
    package mutating func firstGlobalAddress(
        _ family: IPFamily
    ) throws(NetlinkError) -> IPAddress? {
        let up = Set(try interfaces().filter { $0.isUp && !$0.isLoopback }.map(\.index))
        return try addresses().first {
            $0.address.family == family && $0.isGlobal && up.contains($0.interface)
        }?.address
    }

    /// A neighbour that is never asked for: ARP and NDP have nothing to do.
    package mutating func addPermanentNeighbour(
        _ address: IPAddress, _ linkAddress: MACAddress, on index: Int32
    ) throws(NetlinkError) {
        var message = NeighbourMessage()
        message.family = address.family
        message.interface = index
        message.state = NeighbourMessage.permanent
        message.address = address
        message.linkAddress = linkAddress
        try request(
            .newNeighbour, [.create, .replace], message,
            "add neighbour \(address) on interface \(index)")
    }
}
