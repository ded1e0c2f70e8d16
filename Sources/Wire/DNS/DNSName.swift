extension DNS {
    /// An absolute domain name. Letters keep their case; names that differ in case only are equal (RFC 4343).
    package struct Name: Sendable {
        /// The labels, each behind its length, and the root's zero at the end: 1...255 bytes.
        package let wire: [UInt8]

        package static let root = Name(wire: [0])
        package static let longest = 255
        package static let longestLabel = 63
        /// No name needs more: it has at most 127 labels. A message must not cost more than its length.
        private static let mostPointers = 127

        private init(wire: [UInt8]) { self.wire = wire }

        /// Makes a name of labels, leftmost first; nil where one is empty or too long, or all together are.
        package init?(labels: some Sequence<some Collection<UInt8>>) {
            var wire: [UInt8] = []
            for label in labels {
                guard (1...Self.longestLabel).contains(label.count) else { return nil }
                wire.append(UInt8(label.count))
                wire.append(contentsOf: label)
            }
            wire.append(0)
            guard wire.count <= Self.longest else { return nil }
            self.wire = wire
        }

        /// Reads a name, following compression pointers, which must lead backwards; the reader ends behind the name.
        package init(parsing reader: inout ByteReader) throws(ParseError) {
            var wire: [UInt8] = []
            var cursor = reader
            var earliest = reader.offset
            var jumps = 0
            var behind: ByteReader?
            while true {
                let offset = cursor.offset
                let length = try dnsRead { () throws(ByteReader.EndOfBytes) in
                    try cursor.readUInt8()
                }
                switch length {
                case 0:
                    wire.append(0)
                    reader = behind ?? cursor
                    self.wire = wire
                    return
                case 1...63:
                    let label = try dnsRead { () throws(ByteReader.EndOfBytes) in
                        try cursor.readBytes(Int(length))
                    }
                    wire.append(length)
                    wire.append(contentsOf: label)
                    guard wire.count < Self.longest else { throw .nameTooLong(offset: earliest) }
                case 0xC0...0xFF:
                    let low = try dnsRead { () throws(ByteReader.EndOfBytes) in
                        try cursor.readUInt8()
                    }
                    if behind == nil { behind = cursor }
                    jumps += 1
                    let target = Int(length & 0x3F) << 8 | Int(low)
                    guard target < earliest, jumps <= Self.mostPointers else {
                        throw .pointerNotBackwards(offset: offset)
                    }
                    earliest = target
                    try dnsRead { () throws(ByteReader.EndOfBytes) in try cursor.seek(to: target) }
                default:
                    throw .unknownLabelType(length, offset: offset)
                }
            }
        }
    }
}

extension DNS.Name {
    package var isRoot: Bool { wire.count == 1 }

    /// Without the root.
    package var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var offset = 0
        while wire[offset] != 0 {
            let next = offset + 1 + Int(wire[offset])
            labels.append(wire[offset + 1..<next])
            offset = next
        }
        return labels
    }

    /// Without the leftmost label; nil for the root.
    package var parent: DNS.Name? {
        isRoot ? nil : DNS.Name(wire: Array(wire[(1 + Int(wire[0]))...]))
    }

    /// A label in front; nil where that gets too long.
    package func prepending(_ label: some Collection<UInt8>) -> DNS.Name? {
        guard (1...Self.longestLabel).contains(label.count),
            wire.count + 1 + label.count <= Self.longest
        else { return nil }
        return DNS.Name(wire: [UInt8(label.count)] + label + wire)
    }

    /// This name's labels in front of `suffix`; nil where that gets too long.
    package func appending(_ suffix: DNS.Name) -> DNS.Name? {
        guard wire.count - 1 + suffix.wire.count <= Self.longest else { return nil }
        return DNS.Name(wire: wire.dropLast() + suffix.wire)
    }

    /// Whether this is `apex` or below it.
    package func isWithin(_ apex: DNS.Name) -> Bool { split(at: apex) != nil }

    /// Cuts the name in two in front of `apex`: the labels before it, as a name of its own, and the apex as this name
    /// spells it. nil if the name does not end in `apex`.
    package func split(at apex: DNS.Name) -> (prefix: DNS.Name, apex: DNS.Name)? {
        let cut = wire.count - apex.wire.count
        guard cut >= 0 else { return nil }
        var offset = 0
        while offset < cut { offset += 1 + Int(wire[offset]) }
        guard offset == cut, Self.equal(wire[cut...], apex.wire[...]) else { return nil }
        return (DNS.Name(wire: wire[..<cut] + [0]), DNS.Name(wire: Array(wire[cut...])))
    }

    /// The same name in lower-case letters.
    package var lowercased: DNS.Name { DNS.Name(wire: wire.map(Self.fold)) }

    /// Lengths of labels are below any letter, so the whole wire form can be folded byte by byte.
    static func fold(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    static func equal(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for (x, y) in zip(a, b) where x != y {
            guard fold(x) == fold(y) else { return false }
        }
        return true
    }
}

extension DNS.Name: Hashable {
    package static func == (a: DNS.Name, b: DNS.Name) -> Bool { equal(a.wire[...], b.wire[...]) }

    package func hash(into hasher: inout Hasher) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: wire.count) { folded in
            for index in wire.indices { folded[index] = Self.fold(wire[index]) }
            hasher.combine(bytes: UnsafeRawBufferPointer(folded))
        }
    }
}

extension DNS.Name: Comparable {
    /// The canonical order of RFC 4034 6.1: by labels from the right.
    package static func < (a: DNS.Name, b: DNS.Name) -> Bool {
        for (x, y) in zip(a.labels.reversed(), b.labels.reversed()) {
            let (x, y) = (x.map(fold), y.map(fold))
            if x != y { return x.lexicographicallyPrecedes(y) }
        }
        return a.labels.count < b.labels.count
    }
}
