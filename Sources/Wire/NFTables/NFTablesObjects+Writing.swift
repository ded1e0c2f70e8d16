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
