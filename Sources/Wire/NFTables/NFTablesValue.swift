package import Addresses

extension NFTables {
    /// The bytes of a set's key or data as a register holds them, at most 40: kept in place, for there are as many as
    /// elements. In a concatenation each part begins at a multiple of 4.
    package struct Value: Hashable, Sendable {
        package static let capacity = 40

        private var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
        package private(set) var count = 0

        package init() {}

        /// nil if they are too many.
        package init?(_ bytes: some Collection<UInt8>) {
            guard bytes.count <= Self.capacity else { return nil }
            withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
            count = bytes.count
        }

        package var bytes: [UInt8] {
            withUnsafeBytes(of: words) { Array($0[..<count]) }
        }

        /// The buffer has room for `count` bytes.
        func copy(to buffer: UnsafeMutableRawBufferPointer) {
            withUnsafeBytes(of: words) {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }

        func write(to writer: inout ByteWriter) {
            withUnsafeBytes(of: words) {
                writer.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }

        package static func == (a: Value, b: Value) -> Bool {
            a.count == b.count && a.words == b.words
        }

        package func hash(into hasher: inout Hasher) {
            withUnsafeBytes(of: words) {
                hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }
    }
}

// MARK: Parts

extension NFTables.Value {
    /// Appends a part and pads to a multiple of 4.
    private mutating func append<Part: FixedWidthInteger>(part: Part) {
        precondition(count + 4 <= Self.capacity)
        withUnsafeMutableBytes(of: &words) {
            $0.storeBytes(of: part, toByteOffset: count, as: Part.self)
        }
        count += max(4, MemoryLayout<Part>.size)
    }

    /// 4 or 16 bytes in network order.
    package mutating func append(_ address: IPAddress) {
        switch address.family {
        case .ipv4: append(part: UInt32(truncatingIfNeeded: address.low).bigEndian)
        case .ipv6:
            append(part: address.high.bigEndian)
            append(part: address.low.bigEndian)
        }
    }

    package mutating func append(_ protocol: L4Protocol) { append(part: `protocol`.number) }

    package mutating func append(port: Port) { append(part: port.bigEndian) }

    /// A number in this machine's order: a classid, a slot.
    package mutating func append(number: UInt32) { append(part: number) }
}

// MARK: Reading

extension NFTables.Value {
    private func part<Part: FixedWidthInteger>(at offset: Int) -> Part? {
        guard offset >= 0, offset + MemoryLayout<Part>.size <= count else { return nil }
        return withUnsafeBytes(of: words) {
            $0.loadUnaligned(fromByteOffset: offset, as: Part.self)
        }
    }

    package func number(at offset: Int) -> UInt32? { part(at: offset) }

    package func port(at offset: Int) -> Port? {
        let port: UInt16? = part(at: offset)
        return port.map { UInt16(bigEndian: $0) }
    }

    package func l4Protocol(at offset: Int) -> L4Protocol? {
        let number: UInt8? = part(at: offset)
        return L4Protocol.allCases.first { $0.number == number }
    }

    package func address(_ family: IPFamily, at offset: Int) -> IPAddress? {
        switch family {
        case .ipv4:
            let bits: UInt32? = part(at: offset)
            return bits.map { IPAddress(ipv4: UInt32(bigEndian: $0)) }
        case .ipv6:
            guard let high: UInt64 = part(at: offset), let low: UInt64 = part(at: offset + 8)
            else { return nil }
            return IPAddress(ipv6: UInt64(bigEndian: high), UInt64(bigEndian: low))
        }
    }
}

extension NFTables.Value: CustomStringConvertible {
    /// `0a60000a 06000000 00500000`.
    package var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if index > 0, index % 4 == 0 { text += " " }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
