/// A message where it stands in its datagram: as `NetlinkMessage`, but nothing is copied.
package struct NetlinkMessagePart: Sendable {
    package let type: NetlinkMessageType
    package let flags: NetlinkFlags
    package let sequence: UInt32
    package let portID: UInt32
    /// A reader of the payload alone, without the padding.
    package let payload: ByteReader

    var payloadBytes: [UInt8] {
        var reader = payload
        return Array(reader.readRemaining())
    }

    /// The same, on its own.
    package var message: NetlinkMessage {
        NetlinkMessage(
            type: type, flags: flags, sequence: sequence, portID: portID, payload: payloadBytes)
    }

    /// Reads the payload as what the type says it is.
    package func payload<Payload: NetlinkPayload>(
        as _: Payload.Type
    ) throws(NetlinkParseError) -> Payload {
        var reader = payload
        return try Payload(parsing: &reader)
    }
}

extension ByteReader {
    /// The next message of a datagram; nil at the end. The padding behind the last one may be missing.
    package mutating func readNetlinkMessage() throws(NetlinkParseError) -> NetlinkMessagePart? {
        guard !isAtEnd else { return nil }
        do {
            let start = offset
            let length = Int(try readNative(UInt32.self))
            guard length >= 16 else {
                throw NetlinkParseError.badLength(offset: start, length: length)
            }
            let type = NetlinkMessageType(rawValue: try readNative())
            let flags = NetlinkFlags(rawValue: try readNative())
            let sequence: UInt32 = try readNative()
            let portID: UInt32 = try readNative()
            let payload = try readPart(length - 16)
            align(to: 4)
            return NetlinkMessagePart(
                type: type, flags: flags, sequence: sequence, portID: portID, payload: payload)
        } catch {
            throw NetlinkParseError(error)
        }
    }
}
