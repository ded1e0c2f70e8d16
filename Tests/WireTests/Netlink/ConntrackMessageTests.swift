import Addresses
import Testing
import Wire

@Suite struct ConntrackMessageTests {
    static let tuples = [
        ConntrackTuple(
            .udp, from: IPSocketAddress("10.244.0.5:40000")!,
            to: IPSocketAddress("10.96.0.10:53")!),
        ConntrackTuple(
            .sctp, from: IPSocketAddress("[fd00:244::5]:40000")!,
            to: IPSocketAddress("[fd00:96::a]:53")!),
    ]

    func roundTrip(_ message: ConntrackMessage) throws {
        let sent = NetlinkMessage(
            type: .getConntrackEntry, flags: [.request, .dump], sequence: 9, payload: message)
        let parsed = try NetlinkMessage.parse(sent.encoded())
        #expect(parsed == [sent])
        #expect(try parsed.first?.payload(as: ConntrackMessage.self) == message)
        var reader = ByteReader(sent.encoded())
        let part = try reader.readNetlinkMessage()
        #expect(try part?.payload(as: ConntrackMessage.self) == message)
        #expect(part?.message == sent)
    }

    @Test("An entry comes back with everything that it has", arguments: tuples)
    func entries(_ tuple: ConntrackTuple) throws {
        var message = ConntrackMessage()
        message.family = tuple.source?.family
        message.original = tuple
        message.original?.zone = 7
        message.reply = tuple
        message.status = [.seenReply, .assured, .confirmed, .destinationNAT]
        message.timeout = 120
        message.id = 0xFEDC_BA98
        message.zone = 3
        message.tcpState = .closeWait
        message.sctpState = .shutdownReceived
        message.destinationNAT = IPSocketAddress(tuple.destination!, 5353)
        try roundTrip(message)
        let entry = try #require(ConntrackEntry(message))
        #expect(entry.isTranslated)
        #expect(entry.id == message.id && entry.zone == 3 && entry.originalZone == 7)
        #expect(entry.tcpState == .closeWait && entry.sctpState == .shutdownReceived)
        #expect(entry.source.address == tuple.source && entry.destination.port == 53)
        #expect(entry.deletion.original == message.original)
        try roundTrip(entry.deletion)
    }

    @Test func `Numbers are in network byte order, as the kernel has them`() {
        var message = ConntrackMessage()
        message.family = .ipv4
        message.status = .destinationNAT
        message.zone = 0x0102
        var writer = ByteWriter()
        message.write(to: &writer)
        #expect(
            writer.bytes == [
                2, 0, 0, 0, 8, 0, 3, 0, 0, 0, 0, 0x20, 6, 0, 18, 0, 0x01, 0x02, 0, 0,
            ])
    }

    @Test func `An entry without ports is none of a Service`() throws {
        var message = ConntrackMessage()
        message.original = Self.tuples[0]
        message.reply = Self.tuples[0]
        #expect(ConntrackEntry(message) != nil)
        message.original?.protocol = 1
        #expect(ConntrackEntry(message) == nil)
        message.original?.protocol = 17
        message.reply?.sourcePort = nil
        #expect(ConntrackEntry(message) == nil)
    }

    @Test func `A filter asks the kernel for no more than the kernel does right`() throws {
        let address = IPAddress("10.96.0.10")!
        let four = ConntrackFilter(.ipv4, .udp, to: address, port: 53, status: .destinationNAT)
        #expect(four.dump.original?.destination == address)
        #expect(four.dump.originalFilter == [.destination, .protocol, .destinationPort])
        #expect(four.dump.statusMask == .destinationNAT)
        try roundTrip(four.dump)
        let six = ConntrackFilter(.ipv6, .udp, to: IPAddress("fd00:96::a"), port: 53)
        #expect(six.dump.originalFilter == [.protocol, .destinationPort])
        #expect(six.dump.status == nil && six.dump.statusMask == nil)
        try roundTrip(six.dump)
        #expect(ConntrackFilter(.ipv6).dump.originalFilter == nil)
        // A port without a protocol is refused by the kernel.
        #expect(ConntrackFilter(.ipv4, port: 53).dump.originalFilter == nil)
    }

    @Test(arguments: [
        (ConntrackFilter(.ipv4), true), (ConntrackFilter(.ipv6), false),
        (ConntrackFilter(.ipv4, .udp), true), (ConntrackFilter(.ipv4, .tcp), false),
        (ConntrackFilter(.ipv4, to: IPAddress("10.96.0.10")), true),
        (ConntrackFilter(.ipv4, to: IPAddress("10.96.0.11")), false),
        (ConntrackFilter(.ipv4, port: 53), true), (ConntrackFilter(.ipv4, port: 54), false),
        (ConntrackFilter(.ipv4, status: [.assured, .destinationNAT]), true),
        (ConntrackFilter(.ipv4, status: [.assured, .sourceNAT]), false),
    ])
    func `A filter matches what it says`(filter: ConntrackFilter, expected: Bool) {
        let entry = ConntrackEntry(
            .udp, from: IPSocketAddress("10.244.0.5:40000")!,
            to: IPSocketAddress("10.96.0.10:53")!,
            repliesFrom: IPSocketAddress("10.244.1.11:5353")!,
            status: [.assured, .destinationNAT, .seenReply])
        #expect(filter.matches(entry) == expected)
    }

    @Test func `Random bytes never trap`() {
        var random = NetlinkRandom(state: 20_261_124)
        var entries = 0
        var seed = ByteWriter()
        var message = ConntrackMessage()
        message.family = .ipv4
        message.original = Self.tuples[0]
        message.reply = Self.tuples[0]
        message.tcpState = .established
        message.destinationNAT = IPSocketAddress("10.244.1.11:5353")
        message.originalFilter = .destination
        message.write(to: &seed)
        for round in 0..<20_000 {
            var bytes = seed.bytes
            if round % 4 == 0 {
                bytes = (0..<Int.random(in: 0..<128, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            } else {
                for _ in 0..<Int.random(in: 0..<6, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
                        in: 0...40, using: &random)
                }
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random) / 4)
            }
            var reader = ByteReader(bytes)
            _ = try? reader.readNetlinkMessage()
            reader = ByteReader(bytes)
            guard let message = try? ConntrackMessage(parsing: &reader) else { continue }
            if ConntrackEntry(message) != nil { entries += 1 }
        }
        #expect(entries > 100)
    }
}
