/// A bounds-checked cursor over bytes: every parser of `Wire` reads through it, so that no input can trap.
///
/// Offsets count from the start of the buffer the reader was made over, also in a reader of a part of it.
package struct ByteReader: Sendable {
    /// The bytes end before the value does. `offset` is where the value begins.
    package struct EndOfBytes: Error, Equatable, Sendable, CustomStringConvertible {
        package var offset: Int
        package var needed: Int
        package var available: Int

        package var description: String {
            "\(needed) bytes needed at offset \(offset), \(available) left"
        }
    }

    /// All the bytes of the buffer, not only those that this reader may read.
    package let bytes: [UInt8]
    /// Where the next read begins.
    package private(set) var offset: Int
    /// Where reading ends.
    package let end: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    package var remaining: Int { end - offset }
    package var isAtEnd: Bool { offset == end }

    /// Advances over `count` bytes and says where they were; a negative count is refused like one that is too large.
    private mutating func advance(_ count: Int) throws(EndOfBytes) -> Int {
        guard count >= 0, count <= end - offset else {
            throw EndOfBytes(offset: offset, needed: count, available: end - offset)
        }
        defer { offset += count }
        return offset
    }

    package mutating func skip(_ count: Int) throws(EndOfBytes) { _ = try advance(count) }

    /// Moves to an offset that counts from the start of the buffer.
    package mutating func seek(to offset: Int) throws(EndOfBytes) {
        guard (0...end).contains(offset) else {
            throw EndOfBytes(offset: offset, needed: 0, available: end - self.offset)
        }
        self.offset = offset
    }

    /// Skips to the next multiple of `alignment`, counted from the start of the buffer, or to the end if that is nearer:
    /// netlink leaves out the padding of its last attribute.
    package mutating func align(to alignment: Int) {
        offset = min(end, (offset + alignment - 1) / alignment * alignment)
    }

    package mutating func readBytes(_ count: Int) throws(EndOfBytes) -> ArraySlice<UInt8> {
        let start = try advance(count)
        return bytes[start..<start + count]
    }

    /// What is left, up to the end.
    package mutating func readRemaining() -> ArraySlice<UInt8> {
        defer { offset = end }
        return bytes[offset..<end]
    }

    /// A reader of the next `count` bytes, over which this one advances: a length-prefixed part.
    package mutating func readPart(_ count: Int) throws(EndOfBytes) -> ByteReader {
        let start = try advance(count)
        return ByteReader(bytes, start..<start + count)
    }

    /// The next byte, without advancing; nil at the end.
    package var next: UInt8? { offset < end ? bytes[offset] : nil }

    package mutating func readUInt8() throws(EndOfBytes) -> UInt8 { bytes[try advance(1)] }

    /// An integer in network byte order.
    package mutating func readBig<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        Value(bigEndian: try load())
    }

    package mutating func readLittle<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        Value(littleEndian: try load())
    }

    /// An integer in this machine's byte order: kernel structures.
    package mutating func readNative<Value: FixedWidthInteger>(
        _: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        try load()
    }

    private mutating func load<Value: FixedWidthInteger>() throws(EndOfBytes) -> Value {
        let start = try advance(MemoryLayout<Value>.size)
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Value.self) }
    }
}
