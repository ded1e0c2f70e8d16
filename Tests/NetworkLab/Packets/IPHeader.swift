import Addresses
import Wire

/// The part of an IPv4 or IPv6 header that the lab writes and reads: no options, no extension headers.
struct IPHeader: Equatable {
    var source: IPAddress
    var destination: IPAddress
    /// The IANA number of what follows.
    var `protocol`: UInt8

    /// Writes the header and `payload`. Source: RFC 791, RFC 8200.
    func packet(_ payload: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(reserving: 40 + payload.count)
        if source.family == .ipv4 {
            writer.writeBig(UInt16(0x4500))
            writer.writeBig(UInt16(20 + payload.count))
            // May not be fragmented; the kernel leaves such a packet without an id alone.
            writer.writeBig(UInt32(0x0000_4000))
            writer.write([64, `protocol`])
            writer.writeBig(UInt16(0))
            writer.write(source.networkBytes)
            writer.write(destination.networkBytes)
            var checksum = InternetChecksum()
            checksum.add(writer.bytes)
            writer.patchBig(checksum.value, at: 10)
        } else {
            writer.writeBig(UInt32(0x6000_0000))
            writer.writeBig(UInt16(payload.count))
            writer.write([`protocol`, 64])
            writer.write(source.networkBytes)
            writer.write(destination.networkBytes)
        }
        writer.write(payload)
        return writer.bytes
    }

    /// Reads a header and advances to what follows it; nil for anything else.
    init?(parsing reader: inout ByteReader) {
        guard let first = reader.next else { return nil }
        do {
            switch first >> 4 {
            case 4:
                var header = try reader.readPart(Int(first & 15) * 4)
                try header.skip(9)
                `protocol` = try header.readUInt8()
                try header.skip(2)
                source = IPAddress(ipv4: try header.readBig())
                destination = IPAddress(ipv4: try header.readBig())
            case 6:
                try reader.skip(6)
                `protocol` = try reader.readUInt8()
                try reader.skip(1)
                source = IPAddress(ipv6: try reader.readBig(), try reader.readBig())
                destination = IPAddress(ipv6: try reader.readBig(), try reader.readBig())
            default: return nil
            }
        } catch {
            return nil
        }
    }

    init(from source: IPAddress, to destination: IPAddress, protocol: UInt8) {
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
    }
}
