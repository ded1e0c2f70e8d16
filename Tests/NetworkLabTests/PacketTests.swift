import Addresses
import TestSupport
import Testing

@testable import NetworkLab

@Suite("Packets")
struct PacketTests {
    static let packets = L4Protocol.allCases.flatMap { number in
        [("10.244.1.50:40000", "10.96.0.10:80"), ("[fd00:244::7]:40000", "[fd00:96::1]:80")].map {
            FirstPacket(
                from: IPSocketAddress($0.0)!, to: IPSocketAddress($0.1)!, number,
                mark: 0x0102_0304)
        }
    }

    @Test("What is written is read again", arguments: packets)
    func roundTrip(_ packet: FirstPacket) {
        #expect(Sighting(packet: packet.bytes) == .first(packet))
    }

    @Test("The checksums are those of the RFCs", arguments: packets)
    func checksums(_ packet: FirstPacket) {
        let isIPv4 = packet.source.address.family == .ipv4
        let bytes = packet.bytes
        var header = InternetChecksum()
        header.add(bytes[..<20])
        if isIPv4 { #expect(header.value == 0) }
        var segment = Array(bytes.dropFirst(isIPv4 ? 20 : 40))
        if packet.protocol == .sctp {
            let sent = segment[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            segment.replaceSubrange(8..<12, with: [0, 0, 0, 0])
            #expect(CRC32C.value(segment) == sent)
        } else {
            var sum = InternetChecksum()
            sum.addPseudoHeader(
                from: packet.source.address, to: packet.destination.address,
                protocol: packet.protocol.number, length: segment.count)
            sum.add(segment)
            #expect(sum.value == 0)
        }
    }

    @Test func `CRC32c of the check string is that of the catalogue`() {
        #expect(CRC32C.value("123456789".utf8) == 0xE306_9283)
    }

    @Test func `A TCP reset is told by what it acknowledges`() {
        let header = IPHeader(
            from: IPAddress("10.96.0.10")!, to: IPAddress("10.244.1.50")!, protocol: 6)
        var segment: [UInt8] = [0, 80, 0x9C, 0x40, 0, 0, 0, 0, 1, 2, 3, 5, 0x50, 0x14]
        segment += [0, 0, 0, 0, 0, 0]
        #expect(Sighting(packet: header.packet(segment)) == .reset(mark: 0x0102_0304))
    }

    @Test("An ICMP error is told by the packet that it quotes", arguments: packets)
    func unreachable(_ packet: FirstPacket) {
        let isIPv4 = packet.source.address.family == .ipv4
        let header = IPHeader(
            from: packet.destination.address, to: packet.source.address,
            protocol: isIPv4 ? 1 : 58)
        let start: [UInt8] = (isIPv4 ? [3, 3] : [1, 4]) + [0, 0, 0, 0, 0, 0]
        let sighting = Sighting(packet: header.packet(start + packet.bytes))
        let error = ICMPError(
            family: packet.source.address.family, type: start[0], code: start[1])
        #expect(error.isPortUnreachable)
        #expect(sighting == .unreachable(mark: packet.mark, error))
    }

    @Test func `Other packets, cut ones and random bytes are nothing`() {
        for packet in Self.packets {
            let bytes = packet.bytes
            for length in 0..<24 { #expect(Sighting(packet: Array(bytes.prefix(length))) == nil) }
        }
        var rng = SplitMix64(seed: 7)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...120, using: &rng)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &rng) }
            if count > 0, Bool.random(using: &rng) { bytes[0] = Bool.random() ? 0x45 : 0x60 }
            _ = Sighting(packet: bytes)
        }
        #expect(Sighting(packet: []) == nil)
    }
}
