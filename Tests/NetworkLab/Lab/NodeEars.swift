import Addresses
import Linux

/// Hears what is delivered to the node itself, behind the INPUT hook: first packets, and what answers those that
/// the node has sent.
final class NodeEars: Sendable {
    private let ears: [Ear]

    /// Belongs to the namespace of the calling thread.
    init() throws {
        var ears: [Ear] = []
        for family in [IPFamily.ipv4, .ipv6] {
            let icmp = family == .ipv4 ? ICMPError.protocolIPv4 : ICMPError.protocolIPv6
            for number in L4Protocol.allCases.map(\.number) + [icmp] {
                ears.append(try Ear(number, family))
            }
        }
        self.ears = ears
    }

    /// Everything since the last call.
    func sightings() throws -> [Sighting] {
        var room = ReceivedDatagrams(capacity: 64, payloadSize: 512)
        return try ears.flatMap { try $0.sightings(&room) }
    }
}

/// One protocol of one family.
private final class Ear: Sendable {
    private let number: UInt8
    private let family: IPFamily
    private let socket: RawSocket

    init(_ number: UInt8, _ family: IPFamily) throws {
        self.number = number
        self.family = family
        socket = try RawSocket(hearing: number, family)
        try socket.descriptor.setBuffers(receive: 1 << 20, send: nil)
    }

    func sightings(_ room: inout ReceivedDatagrams) throws -> [Sighting] {
        var sightings: [Sighting] = []
        while true {
            let count = try socket.receive(into: &room)
            if count == 0 { return sightings }
            sightings += (0..<count).compactMap { sighting($0, room) }
        }
    }

    private func sighting(_ index: Int, _ room: borrowing ReceivedDatagrams) -> Sighting? {
        let bytes = Array(room.payload(index))
        if family == .ipv4 { return Sighting(packet: bytes) }
        guard let source = room.source(index)?.address, let destination = room.destination(index)
        else { return nil }
        return Sighting(IPHeader(from: source, to: destination, protocol: number), bytes)
    }
}
