extension NFTables {
    /// NFTA_TABLE_….
    static func write(_ table: Table, to writer: inout ByteWriter) {
        writer.writeAttribute(1, table.name)
        writer.writeBigAttribute(2, UInt32(table.isDormant ? 1 : 0))
        if let comment = table.comment {
            // NFTNL_UDATA_TABLE_COMMENT: type, length, text with a zero byte.
            writer.writeAttribute(6) { writer in
                writer.write(0)
                writer.write(UInt8(comment.utf8.count + 1))
                writer.write(comment.utf8)
                writer.write(0)
            }
        }
    }

    /// NFTA_CHAIN_….
    static func write(_ chain: Chain, to writer: inout ByteWriter) {
        writer.writeAttribute(3, chain.name)
        guard let hook = chain.hook else { return }
        writer.writeNested(4) { writer in
            writer.writeBigAttribute(1, hook.point.rawValue)
            writer.writeBigAttribute(2, hook.priority)
        }
        writer.writeBigAttribute(5, hook.policy.code)
        writer.writeAttribute(7, hook.type)
    }

    /// NFTA_RULE_….
    static func write(_ rule: Rule, to writer: inout ByteWriter) {
        writer.writeAttribute(2, rule.chain)
        writer.writeNested(4) { writer in
            for expression in rule.expressions { expression.write(to: &writer) }
        }
    }

    /// NFTA_SET_…. `id` is how the same batch may refer to the set.
    static func write(_ set: Set, id: UInt32, to writer: inout ByteWriter) {
        writer.writeAttribute(2, set.name)
        writer.writeBigAttribute(3, set.flags.rawValue)
        writer.writeBigAttribute(4, set.key.number)
        writer.writeBigAttribute(5, set.key.length)
        if let data = set.data {
            writer.writeBigAttribute(6, data.number)
            writer.writeBigAttribute(7, data.length)
        }
        writer.writeNested(9) { writeDescription(of: set, to: &$0) }
        writer.writeBigAttribute(10, id)
        writer.writeAttribute(13) { $0.write(set.userData) }
    }

    /// NFTA_SET_DESC: the size, and of concatenated intervals the length of each part.
    private static func writeDescription(of set: Set, to writer: inout ByteWriter) {
        if let size = set.size { writer.writeBigAttribute(1, size) }
        guard set.flags.contains(.concatenation) else { return }
        writer.writeNested(2) { writer in
            for part in set.key.parts {
                writer.writeNested(1) { $0.writeBigAttribute(1, part.length) }
            }
        }
    }
}

extension NFTables.Element {
    /// NFTA_LIST_ELEM { NFTA_SET_ELEM_… }.
    func write(to writer: inout ByteWriter) {
        if isPlain { writePlain(to: &writer) } else { writeParts(to: &writer) }
    }

    /// A key, and perhaps a value: as nearly all elements are.
    private var isPlain: Bool {
        guard lastKey == nil, timeout == nil, expiration == nil, !isIntervalEnd,
            key.count.isMultiple(of: 4)
        else { return false }
        switch data {
        case nil: return true
        case .value(let value): return value.count.isMultiple(of: 4)
        case .verdict: return false
        }
    }

    /// The same bytes as `writeParts`, all lengths being known.
    private func writePlain(to writer: inout ByteWriter) {
        var value: NFTables.Value?
        if case .value(let data)? = data { value = data }
        let length = 12 + key.count + (value.map { 8 + $0.count } ?? 0)
        withUnsafeTemporaryAllocation(byteCount: length, alignment: 4) { buffer in
            var end = Self.header(length, 1, isNested: true, at: 0, buffer)
            end = Self.nested(key, 1, at: end, buffer)
            if let value { end = Self.nested(value, 2, at: end, buffer) }
            writer.write(UnsafeRawBufferPointer(buffer))
        }
    }

    /// An attribute around the value as attribute 1 (NFTA_DATA_VALUE). Answers where it ends.
    private static func nested(
        _ value: NFTables.Value, _ type: UInt16, at offset: Int,
        _ buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        var end = header(8 + value.count, type, isNested: true, at: offset, buffer)
        end = header(4 + value.count, 1, isNested: false, at: end, buffer)
        value.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        return end + value.count
    }

    private static func header(
        _ length: Int, _ type: UInt16, isNested: Bool, at offset: Int,
        _ buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        let type = isNested ? type | NetlinkAttribute.nestedFlag : type
        buffer.storeBytes(of: UInt16(length), toByteOffset: offset, as: UInt16.self)
        buffer.storeBytes(of: type, toByteOffset: offset + 2, as: UInt16.self)
        return offset + 4
    }

    /// Of any element.
    func writeParts(to writer: inout ByteWriter) {
        writer.writeNested(1) { writer in
            writer.writeNested(1) { $0.writeValue(key) }
            if let lastKey { writer.writeNested(10) { $0.writeValue(lastKey) } }
            switch data {
            case .value(let value): writer.writeNested(2) { $0.writeValue(value) }
            case .verdict(let verdict): writer.writeNested(2) { $0.writeVerdict(verdict) }
            case nil: break
            }
            if isIntervalEnd { writer.writeBigAttribute(3, UInt32(1)) }
            if let timeout { writer.writeBigAttribute(4, timeout) }
            if let expiration { writer.writeBigAttribute(5, expiration) }
        }
    }
}

extension ByteWriter {
    fileprivate mutating func writeValue(_ value: NFTables.Value) {
        writeAttribute(1) { value.write(to: &$0) }
    }
}
