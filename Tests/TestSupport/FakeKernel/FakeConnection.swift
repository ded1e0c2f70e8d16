package import Addresses
package import LoadBalancing

/// The first packet of a connection on its way through the FakeKernel, with its conntrack entry.
package struct FakeConnection: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// Not yet at its end.
        case underway
        case passed
        case translated(to: IPSocketAddress, isMasqueraded: Bool)
        case rejected
        case dropped
    }

    /// As it was sent.
    package let packet: Packet
    package internal(set) var outcome = Outcome.underway
    /// `meta priority`, which the qdiscs read afterwards.
    package var priority: UInt32
    /// The moduli of the draws among slots that it met, at random or by a hash.
    package internal(set) var draws: [UInt32] = []
    /// What such a draw gives; nil: what chance or the hash gives. No draw for what there is no slot of.
    package var slot: UInt32?
    var destination: IPSocketAddress
    var isTranslated = false
    /// IPS_DST_NAT_DONE.
    var isPastDNAT = false
    var isMasqueraded = false

    init(_ packet: Packet, priority: UInt32, slot: UInt32?) {
        self.packet = packet
        self.priority = priority
        self.slot = slot
        destination = IPSocketAddress(packet.destination, packet.port)
    }

    /// The first bytes of the network header, the addresses among them.
    var networkHeader: [UInt8] {
        let addresses = packet.source.networkBytes + destination.address.networkBytes
        return [UInt8](repeating: 0, count: addresses.count == 8 ? 12 : 8) + addresses
    }

    /// The ports.
    var transportHeader: [UInt8] { [0x9C, 0x40] + Self.bytes(destination.port) }

    /// IPS_DST_NAT and IPS_DST_NAT_DONE.
    var status: UInt32 { (isTranslated ? 0x20 : 0) | (isPastDNAT ? 0x100 : 0) }

    static func bytes(_ port: Port) -> [UInt8] { withUnsafeBytes(of: port.bigEndian) { Array($0) } }
}
