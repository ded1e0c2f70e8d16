/// One netlink message: the header (`struct nlmsghdr`, linux/netlink.h) and the bytes behind it.
package struct NetlinkMessage: Equatable, Sendable {
    package var type: NetlinkMessageType
    package var flags: NetlinkFlags
    /// Chosen by the sender of a request; the answers carry it.
    package var sequence: UInt32
    /// The netlink address of the receiving socket; 0 is the kernel.
    package var portID: UInt32
    /// Without the padding to a multiple of 4.
    package var payload: [UInt8]

    package init(
        type: NetlinkMessageType, flags: NetlinkFlags, sequence: UInt32 = 0, portID: UInt32 = 0,
        payload: [UInt8] = []
    ) {
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.portID = portID
        self.payload = payload
    }

    package init(
        type: NetlinkMessageType, flags: NetlinkFlags, sequence: UInt32 = 0,
        payload: some NetlinkPayload
    ) {
        var writer = ByteWriter()
        payload.write(to: &writer)
        self.init(type: type, flags: flags, sequence: sequence, payload: writer.bytes)
    }

    /// Reads the payload as what the type says it is.
    package func payload<Payload: NetlinkPayload>(
        as _: Payload.Type
    ) throws(NetlinkParseError) -> Payload {
        var reader = ByteReader(payload)
        return try Payload(parsing: &reader)
    }
}

/// What stands behind the header of a message of one type: a fixed structure, then attributes.
package protocol NetlinkPayload: Equatable, Sendable {
    init(parsing reader: inout ByteReader) throws(NetlinkParseError)
    func write(to writer: inout ByteWriter)
}

extension NetlinkMessage {
    /// Appends the message, padded to a multiple of 4, so that a batch is written message by message.
    package func write(to writer: inout ByteWriter) {
        writer.writeLengthNative(UInt32.self, includingItself: true) { writer in
            writer.writeNative(type.rawValue)
            writer.writeNative(flags.rawValue)
            writer.writeNative(sequence)
            writer.writeNative(portID)
            writer.write(payload)
        }
        writer.align(to: 4)
    }

    package func encoded() -> [UInt8] {
        var writer = ByteWriter(reserving: 16 + payload.count)
        write(to: &writer)
        return writer.bytes
    }

    /// Reads all messages of one datagram.
    package static func parse(_ datagram: [UInt8]) throws(NetlinkParseError) -> [NetlinkMessage] {
        var reader = ByteReader(datagram)
        var messages: [NetlinkMessage] = []
        while let part = try reader.readNetlinkMessage() {
            messages.append(part.message)
        }
        return messages
    }
}

/// `nlmsg_type`: four types common to all families, then each family's own.
package struct NetlinkMessageType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let noOperation = NetlinkMessageType(rawValue: 1)
    /// An error, or with code 0 an acknowledgement.
    package static let error = NetlinkMessageType(rawValue: 2)
    /// The end of a dump.
    package static let done = NetlinkMessageType(rawValue: 3)
    package static let overrun = NetlinkMessageType(rawValue: 4)

    // linux/rtnetlink.h
    package static let newLink = NetlinkMessageType(rawValue: 16)
    package static let deleteLink = NetlinkMessageType(rawValue: 17)
    package static let getLink = NetlinkMessageType(rawValue: 18)
    package static let newAddress = NetlinkMessageType(rawValue: 20)
    package static let deleteAddress = NetlinkMessageType(rawValue: 21)
    package static let getAddress = NetlinkMessageType(rawValue: 22)
    package static let newRoute = NetlinkMessageType(rawValue: 24)
    package static let deleteRoute = NetlinkMessageType(rawValue: 25)
    package static let getRoute = NetlinkMessageType(rawValue: 26)
    package static let newNeighbour = NetlinkMessageType(rawValue: 28)
    package static let deleteNeighbour = NetlinkMessageType(rawValue: 29)
    package static let getNeighbour = NetlinkMessageType(rawValue: 30)
}

/// `nlmsg_flags`. The upper byte means different things in requests and in answers.
package struct NetlinkFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let request = NetlinkFlags(rawValue: 0x1)
    package static let multi = NetlinkFlags(rawValue: 0x2)
    /// Answer also when all went well.
    package static let acknowledge = NetlinkFlags(rawValue: 0x4)
    /// The dump met a change and may be inconsistent.
    package static let dumpInterrupted = NetlinkFlags(rawValue: 0x10)

    /// Of a get request: everything (NLM_F_ROOT | NLM_F_MATCH).
    package static let dump = NetlinkFlags(rawValue: 0x300)
    /// Of a new request.
    package static let replace = NetlinkFlags(rawValue: 0x100)
    package static let exclusive = NetlinkFlags(rawValue: 0x200)
    package static let create = NetlinkFlags(rawValue: 0x400)
    package static let append = NetlinkFlags(rawValue: 0x800)

    /// Of an error: the failed request is quoted without its payload.
    package static let capped = NetlinkFlags(rawValue: 0x100)
    /// Of an error: attributes with the reason follow.
    package static let extendedAcknowledgement = NetlinkFlags(rawValue: 0x200)
}
