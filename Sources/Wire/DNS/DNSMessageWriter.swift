import Addresses

extension DNS.Message {
    /// The message as bytes, names compressed, at most `limit` bytes (512...65535).
    ///
    /// What does not fit is left out record by record, additional records first (the OPT record stays); TC is set where
    /// answers or authority records are missing (RFC 2181 9).
    package func encoded(limit: Int = DNS.maximumMessage) -> [UInt8] {
        var writer = DNSMessageWriter(reserving: 128)
        return writer.write(self, limit: limit)
    }
}

/// Writes messages, one after the other, into the same memory.
struct DNSMessageWriter {
    private var bytes: ByteWriter
    /// Where names and their tails begin that later names may point to, with a hash of the tail.
    private var tails: [(hash: UInt32, offset: UInt16)] = []

    /// More tails than this are not remembered: a search stays short, and the tails that repeat come first.
    private static let mostTails = 96
    private static let optLength = 11

    init(reserving capacity: Int) { bytes = ByteWriter(reserving: capacity) }

    mutating func write(_ message: DNS.Message, limit: Int) -> [UInt8] {
        precondition((DNS.minimumPayload...DNS.maximumMessage).contains(limit))
        bytes.removeAll()
        tails.removeAll(keepingCapacity: true)
        bytes.writeBig(message.id)
        bytes.writeBig(message.flags)
        bytes.writeZeros(8)
        let room = limit - (message.edns.map { Self.optLength + $0.options.count } ?? 0)
        var counts: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
        var isWhole = true
        for question in message.questions where isWhole {
            isWhole = fits(room) { $0.write(question) }
            if isWhole { counts.0 += 1 }
        }
        counts.1 = write(message.answers, room, &isWhole)
        counts.2 = write(message.authority, room, &isWhole)
        var hasAll = isWhole
        counts.3 = write(message.additional, room, &hasAll)
        if let edns = message.edns, write(edns, code: message.responseCode, limit: limit) {
            counts.3 += 1
        }
        if !isWhole { bytes.patchBig(message.flags | DNSHeaderFlag.truncated, at: 2) }
        bytes.patchBig(counts.0, at: 4)
        bytes.patchBig(counts.1, at: 6)
        bytes.patchBig(counts.2, at: 8)
        bytes.patchBig(counts.3, at: 10)
        return bytes.bytes
    }

    /// Writes records until one does not fit, which clears `isWhole`; says how many were written.
    private mutating func write(
        _ records: [DNS.Record], _ room: Int, _ isWhole: inout Bool
    ) -> UInt16 {
        var count: UInt16 = 0
        for record in records where isWhole {
            isWhole = count < .max && fits(room) { $0.write(record) }
            if isWhole { count += 1 }
        }
        return count
    }

    /// Runs `body`, and takes back what it wrote if that goes beyond `room`.
    private mutating func fits(_ room: Int, _ body: (inout Self) -> Void) -> Bool {
        let (start, known) = (bytes.count, tails.count)
        body(&self)
        guard bytes.count > room else { return true }
        bytes.truncate(to: start)
        tails.removeSubrange(known...)
        return false
    }

    private mutating func write(_ question: DNS.Question) {
        write(question.name)
        bytes.writeBig(question.type.rawValue)
        bytes.writeBig(question.class.rawValue)
    }

    private mutating func write(_ record: DNS.Record) {
        write(record.name)
        bytes.writeBig(record.type.rawValue)
        bytes.writeBig(record.class.rawValue)
        bytes.writeBig(record.ttl)
        let length = bytes.count
        bytes.writeZeros(2)
        write(record.data)
        // Data of more than 64 KiB does not fit any message: `fits` takes the record back.
        bytes.patchBig(UInt16(truncatingIfNeeded: bytes.count - length - 2), at: length)
    }

    private mutating func write(_ data: DNS.RecordData) {
        switch data {
        case .address(let address):
            if address.family == .ipv4 {
                bytes.writeBig(UInt32(truncatingIfNeeded: address.low))
            } else {
                bytes.writeBig(address.high)
                bytes.writeBig(address.low)
            }
        case .cname(let name), .ns(let name), .ptr(let name): write(name)
        case .soa(let soa):
            write(soa.primary)
            write(soa.mailbox)
            for value in [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum] {
                bytes.writeBig(value)
            }
        case .srv(let srv):
            bytes.writeBig(srv.priority)
            bytes.writeBig(srv.weight)
            bytes.writeBig(srv.port)
            // Not compressed: RFC 2782.
            bytes.write(srv.target.wire)
        case .txt(let strings):
            for string in strings {
                bytes.write(UInt8(min(string.count, 255)))
                bytes.write(string.prefix(255))
            }
        case .opaque(_, let data): bytes.write(data)
        }
    }

    private mutating func write(
        _ edns: DNS.EDNS, code: DNS.ResponseCode, limit: Int
    ) -> Bool {
        fits(limit) {
            $0.bytes.write(0)
            $0.bytes.writeBig(DNS.RecordType.opt.rawValue)
            $0.bytes.writeBig(edns.payload)
            $0.bytes.write(UInt8(truncatingIfNeeded: code.rawValue >> 4))
            $0.bytes.write(edns.version)
            $0.bytes.writeBig(UInt16(edns.wantsDNSSEC ? 0x8000 : 0))
            $0.bytes.writeBig(UInt16(truncatingIfNeeded: edns.options.count))
            $0.bytes.write(edns.options)
        }
    }

    /// Writes a name: its labels up to the longest tail that is there already, and a pointer to that.
    private mutating func write(_ name: DNS.Name) {
        let wire = name.wire
        var starts: [(offset: Int, hash: UInt32)] = []
        var offset = 0
        while wire[offset] != 0 {
            starts.append((offset, 0))
            offset += 1 + Int(wire[offset])
        }
        var hash: UInt32 = 2_166_136_261
        for index in starts.indices.reversed() {
            let start = starts[index].offset
            for byte in wire[start...start + Int(wire[start])] {
                hash = (hash ^ UInt32(DNS.Name.fold(byte))) &* 16_777_619
            }
            starts[index].hash = hash
        }
        for (start, hash) in starts {
            if let target = place(of: wire[start...], hash) {
                bytes.writeBig(0xC000 | target)
                return
            }
            if tails.count < Self.mostTails, bytes.count < 0x4000 {
                tails.append((hash, UInt16(bytes.count)))
            }
            bytes.write(wire[start...start + Int(wire[start])])
        }
        bytes.write(0)
    }

    /// Where `tail` has been written, letter by letter: a name keeps its own case.
    private func place(of tail: ArraySlice<UInt8>, _ hash: UInt32) -> UInt16? {
        for known in tails where known.hash == hash && isWritten(tail, at: Int(known.offset)) {
            return known.offset
        }
        return nil
    }

    private func isWritten(_ tail: ArraySlice<UInt8>, at offset: Int) -> Bool {
        var (here, there) = (tail.startIndex, offset)
        while true {
            guard there < bytes.count else { return false }
            if bytes.bytes[there] >= 0xC0 {
                guard there + 1 < bytes.count else { return false }
                there = Int(bytes.bytes[there] & 0x3F) << 8 | Int(bytes.bytes[there + 1])
                continue
            }
            let length = Int(tail[here])
            guard there + length < bytes.count,
                tail[here...here + length] == bytes.bytes[there...there + length]
            else { return false }
            if length == 0 { return true }
            here += 1 + length
            there += 1 + length
        }
    }
}
