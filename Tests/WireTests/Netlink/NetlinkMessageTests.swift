import Addresses
import Testing
import Wire

/// A seeded generator, so that a failure repeats.
struct NetlinkRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

@Suite struct NetlinkMessageTests {
    func roundTrip<Payload: NetlinkPayload>(_ payload: Payload) throws {
        let message = NetlinkMessage(
            type: .newLink, flags: [.request, .acknowledge], sequence: 7, payload: payload)
        let parsed = try NetlinkMessage.parse(message.encoded())
        #expect(parsed == [message])
        #expect(try parsed.first?.payload(as: Payload.self) == payload)
    }

    @Test func aVethPairWithItsPeerElsewhereComesBack() throws {
        var link = LinkMessage()
        link.name = "pmh-web"
        link.kind = "veth"
        link.mtu = 1400
        link.alias = "default/web"
        link.address = MACAddress("02:00:5e:10:00:01")
        link.flags = .up
        link.change = .up
        link.hasNoAutomaticIPv6 = true
        link.peer = LinkPeer(
            name: "eth0", address: MACAddress("02:00:5e:10:00:02"), mtu: 1400,
            namespaceDescriptor: 9)
        try roundTrip(link)
    }

    @Test func addressesComeBack() throws {
        for text in ["10.244.0.7", "fd00:10:244::7"] {
            var address = AddressMessage()
            address.address = IPAddress(text)
            address.local = address.address
            address.family = address.address?.family
            address.prefixLength = 32
            address.interface = 3
            address.flags = 0x80 | AddressMessage.noDuplicateDetection
            #expect(address.family != nil)
            try roundTrip(address)
            address.flags = 0x302
            try roundTrip(address)
        }
    }

    @Test(arguments: ["10.96.0.0/12", "fd00:10:96::/112", "0.0.0.0/0", "::/0"])
    func routesComeBack(_ text: String) throws {
        let prefix = try #require(IPPrefix(text))
        var route = RouteMessage(to: prefix)
        route.table = RouteMessage.localTable
        route.type = .local
        route.scope = .host
        route.origin = .pointsman
        route.interface = 1
        route.source = IPAddress("192.0.2.2")
        route.gateway = IPAddress("169.254.1.1")
        route.flags = RouteMessage.onLink
        route.metric = 100
        try roundTrip(route)
        #expect(route.prefix == prefix)
        route.table = 70_000
        try roundTrip(route)
    }

    @Test func neighboursComeBack() throws {
        var neighbour = NeighbourMessage()
        neighbour.family = .ipv6
        neighbour.address = IPAddress("fe80::1")
        neighbour.linkAddress = MACAddress("02:00:5e:10:00:01")
        neighbour.interface = 4
        neighbour.state = NeighbourMessage.permanent
        try roundTrip(neighbour)
    }

    @Test func errorsCarryTheKernelsWords() throws {
        let request = NetlinkMessage(
            type: .newRoute, flags: [.request], sequence: 12, payload: RouteMessage())
        for request in [request, NetlinkMessage(type: .newRoute, flags: [.request])] {
            let reply = NetlinkErrorReply(
                code: 101, request: request, message: "Nexthop has invalid gateway", offset: 28)
            #expect(try NetlinkErrorReply(parsing: reply.encoded) == reply)
        }
        let acknowledgement = NetlinkErrorReply(
            code: 0, request: NetlinkMessage(type: .newRoute, flags: [.request], sequence: 3))
        #expect(try NetlinkErrorReply(parsing: acknowledgement.encoded) == acknowledgement)
    }

    @Test func aBatchIsReadMessageByMessageWhateverThePadding() throws {
        var writer = ByteWriter()
        let messages = (0..<5).map { size in
            NetlinkMessage(
                type: .newAddress, flags: [], sequence: UInt32(size),
                payload: Array(repeating: 0xAB, count: size))
        }
        for message in messages { message.write(to: &writer) }
        #expect(try NetlinkMessage.parse(writer.bytes) == messages)
        // The padding of the last message may be missing.
        #expect(try NetlinkMessage.parse(messages[1].encoded().dropLast(3)) == [messages[1]])
    }

    @Test func lengthsThatCannotBeAreRefused() {
        #expect(throws: NetlinkParseError.badLength(offset: 0, length: 15)) {
            try NetlinkMessage.parse([15, 0, 0, 0] + Array(repeating: 0, count: 12))
        }
        #expect(throws: NetlinkParseError.self) {
            try NetlinkMessage.parse([17, 0, 0, 0] + Array(repeating: 0, count: 12))
        }
        #expect(throws: NetlinkParseError.badLength(offset: 0, length: 3)) {
            var reader = ByteReader([3, 0, 1, 0])
            _ = try reader.readAttribute()
        }
    }

    @Test func randomBytesNeverTrap() {
        var random = NetlinkRandom(state: 20_261_123)
        var understood = 0
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 0..<96, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Small lengths and types let the parsers come further than noise alone would.
            for index in bytes.indices where index % 4 < 2 && Bool.random(using: &random) {
                bytes[index] = index % 2 == 0 ? UInt8.random(in: 0...40, using: &random) : 0
            }
            _ = try? NetlinkMessage.parse(bytes)
            let message = NetlinkMessage(
                type: .error, flags: NetlinkFlags(rawValue: UInt16(bytes.count) << 8),
                payload: bytes)
            if (try? NetlinkErrorReply(parsing: message)) != nil { understood += 1 }
            if (try? message.payload(as: LinkMessage.self)) != nil { understood += 1 }
            if (try? message.payload(as: AddressMessage.self)) != nil { understood += 1 }
            if let route = try? message.payload(as: RouteMessage.self) {
                _ = route.prefix
                understood += 1
            }
            if (try? message.payload(as: NeighbourMessage.self)) != nil { understood += 1 }
        }
        #expect(understood > 100)
    }
}
