package import Wire

extension NetlinkSocket {
    /// Asks for a list and hands over every item of it as it comes; none is kept. What `body` throws is thrown once
    /// the rest of the list has been read past.
    /// - Returns: false if the list changed under way: then items may be missing, or have come twice.
    package mutating func stream<Item: NetlinkPayload>(
        _ type: NetlinkMessageType, _ request: some NetlinkPayload, operation: String,
        _ body: (Item) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Bool {
        sequence &+= 1
        let message = NetlinkMessage(
            type: type, flags: [.request, .dump], sequence: sequence, payload: request)
        try send(message.encoded(), operation)
        var isConsistent = true
        var failure: NetlinkError?
        while true {
            var reader = ByteReader(try receiveDatagram(operation))
            while let part = try Self.next(&reader, operation) {
                guard part.sequence == sequence else { continue }
                if part.flags.contains(.dumpInterrupted) { isConsistent = false }
                switch part.type {
                case .done:
                    if let failure { throw failure }
                    return isConsistent
                case .error: try Self.check(part.message, operation)
                default:
                    guard failure == nil else { continue }
                    do throws(NetlinkError) {
                        try body(try Self.item(part, operation))
                    } catch {
                        failure = error
                    }
                }
            }
        }
    }

    /// Asks for many things of one kind in one datagram, in order; one that fails does not keep the others from
    /// being done. An answer of one of the errnos `settled` means that there was nothing to do.
    /// - Parameter payloads: as many as fit the socket's buffers, with an answer for each: some hundred.
    /// - Returns: how many were done.
    package mutating func requests(
        _ type: NetlinkMessageType, _ payloads: [some NetlinkPayload], settled: [Errno],
        operation: String
    ) throws(NetlinkError) -> Int {
        guard !payloads.isEmpty else { return 0 }
        var writer = ByteWriter()
        var left = payloads.count
        for payload in payloads {
            sequence &+= 1
            left -= 1
            // Failures are always answered; the last one's success says that all were looked at.
            let flags: NetlinkFlags = left == 0 ? [.request, .acknowledge] : [.request]
            NetlinkMessage(type: type, flags: flags, sequence: sequence, payload: payload)
                .write(to: &writer)
        }
        try send(writer.bytes, operation)
        let first = sequence &- UInt32(payloads.count - 1)
        return try payloads.count - answers(from: first, settled, operation)
    }

    /// Reads the answers up to that of the newest request; how many requests were settled already.
    private mutating func answers(
        from first: UInt32, _ settled: [Errno], _ operation: String
    ) throws(NetlinkError) -> Int {
        var settledCount = 0
        var failure: NetlinkError?
        while true {
            var reader = ByteReader(try receiveDatagram(operation))
            while let part = try Self.next(&reader, operation) {
                guard part.type == .error, part.sequence &- first <= sequence &- first else {
                    continue
                }
                do throws(NetlinkError) {
                    try Self.check(part.message, operation)
                } catch {
                    if let errno = error.errno, settled.contains(errno) {
                        settledCount += 1
                    } else {
                        failure = failure ?? error
                    }
                }
                guard part.sequence == sequence else { continue }
                if let failure { throw failure }
                return settledCount
            }
        }
    }

    private static func next(
        _ reader: inout ByteReader, _ operation: String
    ) throws(NetlinkError) -> NetlinkMessagePart? {
        do throws(NetlinkParseError) {
            return try reader.readNetlinkMessage()
        } catch {
            throw .malformed(operation: operation, error)
        }
    }

    private static func item<Item: NetlinkPayload>(
        _ part: NetlinkMessagePart, _ operation: String
    ) throws(NetlinkError) -> Item {
        do throws(NetlinkParseError) {
            return try part.payload(as: Item.self)
        } catch {
            throw .malformed(operation: operation, error)
        }
    }
}
