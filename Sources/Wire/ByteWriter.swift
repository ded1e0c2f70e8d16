/// Appends values to bytes. Lengths are patched in when the closure that wrote the part has returned, so that no
/// size is summed by hand.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    package var count: Int { bytes.count }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Forgets all that was written after the first `count` bytes.
    package mutating func truncate(to count: Int) {
        precondition((0...bytes.count).contains(count))
        bytes.removeSubrange(count...)
    }

    package mutating func write(_ byte: UInt8) { bytes.append(byte) }

    package mutating func write(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

    package mutating func writeZeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: count))
    }

    /// Fills with zeros up to the next multiple of `alignment`, counted from the first byte written.
    package mutating func align(to alignment: Int) {
        writeZeros((alignment - bytes.count % alignment) % alignment)
    }

    /// Network byte order.
    package mutating func writeBig(_ value: some FixedWidthInteger) { store(value.bigEndian) }

    package mutating func writeLittle(_ value: some FixedWidthInteger) {
        store(value.littleEndian)
    }

    /// This machine's byte order: kernel structures.
    package mutating func writeNative(_ value: some FixedWidthInteger) { store(value) }

    /// Overwrites bytes that are already there, in network byte order.
    package mutating func patchBig(_ value: some FixedWidthInteger, at offset: Int) {
        replace(value.bigEndian, at: offset)
    }

    /// Overwrites bytes that are already there, in this machine's byte order.
    package mutating func patchNative(_ value: some FixedWidthInteger, at offset: Int) {
        replace(value, at: offset)
    }

    /// Writes a big-endian length, then what `body` writes; the length counts `body`'s bytes, and its own too if
    /// `includingItself`. A body too long for the field is a programmer's error: check before.
    package mutating func writeLengthBig<Length: FixedWidthInteger, Failure: Error>(
        _ type: Length.Type, includingItself: Bool = false,
        _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        writeBig(Length(0))
        let from = includingItself ? start : bytes.count
        try body(&self)
        patchBig(Length(bytes.count - from), at: start)
    }

    /// As `writeLengthBig`, in this machine's byte order.
    package mutating func writeLengthNative<Length: FixedWidthInteger, Failure: Error>(
        _ type: Length.Type, includingItself: Bool = false,
        _ body: (inout ByteWriter) throws(Failure) -> Void
    ) throws(Failure) {
        let start = bytes.count
        writeNative(Length(0))
        let from = includingItself ? start : bytes.count
        try body(&self)
        patchNative(Length(bytes.count - from), at: start)
    }

    private mutating func store<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    private mutating func replace<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
        let size = MemoryLayout<Value>.size
        precondition(offset >= 0 && offset + size <= bytes.count)
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: value, toByteOffset: offset, as: Value.self)
        }
    }
}
