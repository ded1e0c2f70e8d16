package import Addresses
import Wire

/// The first packet of a connection, marked with a number that comes back in every answer and that no NAT touches:
/// a TCP SYN (its sequence number), a UDP datagram (its payload) or an SCTP INIT (its tag).
package struct FirstPacket: Equatable, Sendable {
    package var source: IPSocketAddress
    package var destination: IPSocketAddress
    package var `protocol`: L4Protocol
    /// Not 0: an SCTP INIT may not have that tag.
    package var mark: UInt32

    package init(
        from source: IPSocketAddress, to destination: IPSocketAddress, _ protocol: L4Protocol,
        mark: UInt32
    ) {
        precondition(source.address.family == destination.address.family && mark != 0)
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
        self.mark = mark
    }

    /// The IP packet, with all checksums.
    package var bytes: [UInt8] {
        let header = IPHeader(
            from: source.address, to: destination.address, protocol: `protocol`.number)
        switch `protocol` {
        case .tcp: return header.packet(synchronize)
        case .udp: return header.packet(datagram)
        case .sctp: return header.packet(initiation)
        }
    }

    /// RFC 9293 3.1.
    private var synchronize: [UInt8] {
        var writer = ports
        writer.writeBig(mark)
        writer.writeBig(UInt32(0))
        writer.write([5 << 4, TCPFlags.synchronize])
        writer.writeBig(UInt16(65535))
        writer.writeZeros(4)
        return withInternetChecksum(writer, at: 16)
    }

    /// RFC 768.
    private var datagram: [UInt8] {
        var writer = ports
        writer.writeBig(UInt16(12))
        writer.writeBig(UInt16(0))
        writer.writeBig(mark)
        return withInternetChecksum(writer, at: 6)
    }

    /// RFC 9260 3.1 and 3.3.2: the verification tag is 0, an INIT chunk with 20 bytes follows.
    private var initiation: [UInt8] {
        var writer = ports
        writer.writeZeros(8)
        writer.write([1, 0])
        writer.writeBig(UInt16(20))
        writer.writeBig(mark)
        writer.writeBig(UInt32(65536))
        writer.writeBig(UInt16(1))
        writer.writeBig(UInt16(1))
        writer.writeBig(UInt32(1))
        writer.patchBig(CRC32C.value(writer.bytes).byteSwapped, at: 8)
        return writer.bytes
    }

    private var ports: ByteWriter {
        var writer = ByteWriter(reserving: 32)
        writer.writeBig(source.port)
        writer.writeBig(destination.port)
        return writer
    }

    private func withInternetChecksum(_ segment: ByteWriter, at offset: Int) -> [UInt8] {
        var checksum = InternetChecksum()
        checksum.addPseudoHeader(
            from: source.address, to: destination.address, protocol: `protocol`.number,
            length: segment.count)
        checksum.add(segment.bytes)
        var segment = segment
        // In UDP 0 says that there is none (RFC 768).
        let value = checksum.value
        segment.patchBig(`protocol` == .udp && value == 0 ? UInt16.max : value, at: offset)
        return segment.bytes
    }
}

enum TCPFlags {
    static let synchronize: UInt8 = 0x02
    static let reset: UInt8 = 0x04
    static let acknowledge: UInt8 = 0x10
}
