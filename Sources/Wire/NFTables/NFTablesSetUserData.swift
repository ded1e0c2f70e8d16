/// NFTA_SET_USERDATA as nft writes it (libnftnl's udata.h, nft's src/mnl.c): without it `nft list` could not print a
/// set whose types have no names. A tree of records: type, length, value, of one byte, one byte and `length` bytes.
struct SetUserData {
    let key: NFTables.SetType
    let data: NFTables.SetType?

    /// NFTNL_UDATA_SET_….
    private enum Record {
        static let keyByteOrder: UInt8 = 0
        static let dataByteOrder: UInt8 = 1
        static let keyTypeof: UInt8 = 3
        static let dataTypeof: UInt8 = 4
        static let dataIsInterval: UInt8 = 6
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.writeRecord(Record.keyByteOrder, Self.byteOrder(key))
        if let data { writer.writeRecord(Record.dataByteOrder, Self.byteOrder(data)) }
        if let type = Self.typeof(key) { writer.writeRecord(Record.keyTypeof, type) }
        if let data {
            if let type = Self.typeof(data) { writer.writeRecord(Record.dataTypeof, type) }
            writer.writeRecord(Record.dataIsInterval, UInt32(0))
        }
        return writer.bytes
    }

    /// That of the only part; a concatenation has none.
    private static func byteOrder(_ type: NFTables.SetType) -> UInt32 {
        type.parts.count == 1 ? type.parts[0].byteOrder : 0
    }

    /// NFTNL_UDATA_SET_TYPEOF_EXPR and _DATA. A concatenation of named types is written without its parts; a single
    /// named type not at all.
    private static func typeof(_ type: NFTables.SetType) -> [UInt8]? {
        let parts = type.parts.compactMap(example)
        guard type.parts.count > 1 else { return parts.first }
        var inner = ByteWriter()
        if type.hasExamples {
            for (index, part) in parts.enumerated() {
                inner.writeRecord(UInt8(index), part)
            }
        }
        return expression(13, inner.bytes)
    }

    private static func example(_ type: NFTables.DataType) -> [UInt8]? {
        guard let (number, attributes) = type.example else { return nil }
        var inner = ByteWriter()
        for (type, value) in attributes { inner.writeRecord(type, value) }
        return expression(number, inner.bytes)
    }

    private static func expression(_ number: UInt32, _ data: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeRecord(0, number)
        writer.writeRecord(1, data)
        return writer.bytes
    }
}

extension ByteWriter {
    fileprivate mutating func writeRecord(_ type: UInt8, _ value: UInt32) {
        write(type)
        write(4)
        writeNative(value)
    }

    fileprivate mutating func writeRecord(_ type: UInt8, _ value: [UInt8]) {
        write(type)
        write(UInt8(value.count))
        write(value)
    }
}
