package import Addresses

/// One attribute (`struct nlattr`): 16 bits of length, two flags and 14 bits of type, the payload, padding.
package struct NetlinkAttribute: Sendable {
    /// Without the two flag bits.
    package let type: UInt16
    /// NLA_F_NESTED; many senders leave it out.
    package let isNested: Bool
    /// NLA_F_NET_BYTEORDER.
    package let isNetworkByteOrder: Bool
    /// A reader of the payload alone.
    package let payload: ByteReader
}

extension NetlinkAttribute {
    package static let nestedFlag: UInt16 = 0x8000
    package static let networkByteOrderFlag: UInt16 = 0x4000

    package func uint8() throws(NetlinkParseError) -> UInt8 { try integer() }
    package func uint16() throws(NetlinkParseError) -> UInt16 { try integer() }
    package func uint32() throws(NetlinkParseError) -> UInt32 { try integer() }
    package func int32() throws(NetlinkParseError) -> Int32 { try integer() }

    /// An integer in this machine's byte order that fills the payload.
    private func integer<Value: FixedWidthInteger>() throws(NetlinkParseError) -> Value {
        var reader = payload
        guard reader.remaining == MemoryLayout<Value>.size,
            let value: Value = try? reader.readNative()
        else { throw .badAttribute(type: type, length: payload.remaining) }
        return value
    }

    /// Text up to the first zero byte; bytes that are no UTF-8 are repaired.
    package func string() -> String {
        var reader = payload
        return String(decoding: reader.readRemaining().prefix { $0 != 0 }, as: UTF8.self)
    }

    package func bytes() -> [UInt8] {
        var reader = payload
        return Array(reader.readRemaining())
    }

    /// 4 or 16 bytes.
    package func address() throws(NetlinkParseError) -> IPAddress {
        guard let address = IPAddress(networkBytes: bytes()) else {
            throw .badAttribute(type: type, length: payload.remaining)
        }
        return address
    }
}

extension ByteReader {
    /// The next attribute; nil at the end. The padding behind the last one may be missing.
    package mutating func readAttribute() throws(NetlinkParseError) -> NetlinkAttribute? {
        guard !isAtEnd else { return nil }
        do {
            let start = offset
            let length = Int(try readNative(UInt16.self))
            let type: UInt16 = try readNative()
            guard length >= 4 else {
                throw NetlinkParseError.badLength(offset: start, length: length)
            }
            let payload = try readPart(length - 4)
            align(to: 4)
            return NetlinkAttribute(
                type: type & 0x3FFF, isNested: type & NetlinkAttribute.nestedFlag != 0,
                isNetworkByteOrder: type & NetlinkAttribute.networkByteOrderFlag != 0,
                payload: payload)
        } catch {
            throw NetlinkParseError(error)
        }
    }
}

extension ByteWriter {
    /// Writes an attribute around what `body` writes: at most 65,531 bytes, which the caller sees to.
    package mutating func writeAttribute(_ type: UInt16, _ body: (inout ByteWriter) -> Void) {
        writeLengthNative(UInt16.self, includingItself: true) { writer in
            writer.writeNative(type)
            body(&writer)
        }
        align(to: 4)
    }

    /// Writes an attribute of attributes, with the nested flag.
    package mutating func writeNested(_ type: UInt16, _ body: (inout ByteWriter) -> Void) {
        writeAttribute(type | NetlinkAttribute.nestedFlag, body)
    }

    package mutating func writeAttribute(_ type: UInt16, _ value: some FixedWidthInteger) {
        writeAttribute(type) { $0.writeNative(value) }
    }

    package mutating func writeAttribute(_ type: UInt16, _ address: IPAddress) {
        writeAttribute(type) { $0.write(address.networkBytes) }
    }

    /// Text with the zero byte that the kernel expects.
    package mutating func writeAttribute(_ type: UInt16, _ text: String) {
        writeAttribute(type) { writer in
            writer.write(text.utf8)
            writer.write(0)
        }
    }
}
