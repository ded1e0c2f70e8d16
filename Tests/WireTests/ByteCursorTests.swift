import Testing

@testable import Wire

@Suite("Bytes are read and written through one cursor")
struct ByteCursorTests {
    @Test("integers come back in the byte order they were written in")
    func roundTrip() throws {
        var writer = ByteWriter()
        writer.writeBig(UInt16(0x0102))
        writer.writeLittle(UInt32(0x0102_0304))
        writer.writeNative(Int64(-5))
        writer.write(7)
        #expect(writer.bytes.prefix(6) == [1, 2, 4, 3, 2, 1])
        var reader = ByteReader(writer.bytes)
        #expect(try reader.readBig(UInt16.self) == 0x0102)
        #expect(try reader.readLittle(UInt32.self) == 0x0102_0304)
        #expect(try reader.readNative(Int64.self) == -5)
        #expect(try reader.readUInt8() == 7)
        #expect(reader.isAtEnd)
    }

    @Test("a read past the end says where, and moves nothing")
    func endOfBytes() throws {
        var reader = ByteReader([1, 2, 3])
        try reader.skip(2)
        #expect(throws: ByteReader.EndOfBytes(offset: 2, needed: 4, available: 1)) {
            try reader.readBig(UInt32.self)
        }
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.skip(-1) }
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.readBytes(.max) }
        #expect(throws: ByteReader.EndOfBytes.self) { try reader.seek(to: 4) }
        #expect(try reader.readUInt8() == 3)
    }

    @Test("a part ends where its length says, and the whole goes on behind it")
    func parts() throws {
        var reader = ByteReader([9, 1, 2, 8])
        try reader.skip(1)
        var part = try reader.readPart(2)
        #expect(part.remaining == 2)
        #expect(part.readRemaining() == [1, 2])
        #expect(throws: ByteReader.EndOfBytes.self) { try part.readUInt8() }
        #expect(try reader.readUInt8() == 8)
    }

    @Test("lengths are patched after the body, with or without themselves")
    func lengths() {
        var writer = ByteWriter()
        writer.writeLengthBig(UInt16.self) {
            $0.write([5, 6, 7])
            $0.writeLengthBig(UInt8.self, includingItself: true) { $0.write(1) }
        }
        #expect(writer.bytes == [0, 5, 5, 6, 7, 2, 1])
        writer.align(to: 4)
        #expect(writer.count == 8)
        writer.truncate(to: 2)
        writer.writeLengthNative(UInt32.self, includingItself: true) { $0.writeZeros(4) }
        #expect(writer.count == 10)
        var reader = ByteReader(writer.bytes)
        try? reader.seek(to: 2)
        #expect(try! reader.readNative(UInt32.self) == 8)
    }

    @Test("alignment stops at the end, where netlink leaves the padding out")
    func alignment() throws {
        var reader = ByteReader([0, 0, 0, 0, 1])
        try reader.skip(1)
        reader.align(to: 4)
        #expect(reader.offset == 4)
        try reader.skip(1)
        reader.align(to: 4)
        #expect(reader.isAtEnd)
    }
}
