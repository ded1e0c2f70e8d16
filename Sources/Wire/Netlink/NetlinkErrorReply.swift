/// The payload of an error message (`struct nlmsgerr`): the answer to a request that asked for one, or that failed.
package struct NetlinkErrorReply: Equatable, Sendable {
    /// The errno, positive; 0 acknowledges.
    package var code: Int32
    /// What the request was, as far as it is quoted.
    package var request: NetlinkMessage
    /// The kernel's own words (NLMSGERR_ATTR_MSG), where it has some.
    package var message: String?
    /// Where in the request the offending attribute begins (NLMSGERR_ATTR_OFFS).
    package var offset: UInt32?

    package init(
        code: Int32, request: NetlinkMessage, message: String? = nil, offset: UInt32? = nil
    ) {
        self.code = code
        self.request = request
        self.message = message
        self.offset = offset
    }

    /// Reads a message of type `error`; its flags say what follows the code.
    package init(parsing message: NetlinkMessage) throws(NetlinkParseError) {
        var reader = ByteReader(message.payload)
        do {
            let negative: Int32 = try reader.readNative()
            // The most negative number has no positive twin; no errno is that large.
            code = negative == .min ? .max : -negative
            let length = Int(try reader.readNative(UInt32.self))
            request = NetlinkMessage(
                type: NetlinkMessageType(rawValue: try reader.readNative()),
                flags: NetlinkFlags(rawValue: try reader.readNative()),
                sequence: try reader.readNative(), portID: try reader.readNative())
            if !message.flags.contains(.capped), code != 0, length >= 16 {
                request.payload = Array(try reader.readBytes(length - 16))
                reader.align(to: 4)
            }
        } catch {
            throw NetlinkParseError(error)
        }
        guard message.flags.contains(.extendedAcknowledgement) else { return }
        while let attribute = try reader.readAttribute() {
            switch attribute.type {
            case 1: self.message = attribute.string()
            case 2: offset = try attribute.uint32()
            default: break
            }
        }
    }

    /// The message that `init(parsing:)` reads back.
    package var encoded: NetlinkMessage {
        var flags: NetlinkFlags = []
        if request.payload.isEmpty { flags.insert(.capped) }
        if message != nil || offset != nil { flags.insert(.extendedAcknowledgement) }
        var writer = ByteWriter()
        writer.writeNative(-code)
        request.write(to: &writer)
        if let message { writer.writeAttribute(1, message) }
        if let offset { writer.writeAttribute(2, offset) }
        return NetlinkMessage(
            type: .error, flags: flags, sequence: request.sequence, payload: writer.bytes)
    }
}
