import Addresses

/// An IP packet in an Ethernet frame.
struct EthernetFrame {
    /// What frames of the lab come from: nobody sends there.
    private static let source = MACAddress(bytes: [2, 0, 0, 0, 0, 9])!
    private static let headerSize = 14

    let bytes: [UInt8]

    init(to target: MACAddress, _ family: IPFamily, _ packet: [UInt8]) {
        let type: [UInt8] = family == .ipv4 ? [0x08, 0x00] : [0x86, 0xDD]
        bytes = target.bytes + Self.source.bytes + type + packet
    }

    /// What follows the header.
    static func payload(of frame: [UInt8]) -> [UInt8] { Array(frame.dropFirst(headerSize)) }
}
