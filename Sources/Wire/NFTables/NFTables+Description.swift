extension NFTables {
    /// What a message of a batch was about, in words for an error: `element 0a600001 06000000 00500000 of frontends`.
    /// - Parameter offset: where in the message the offending attribute begins, as the kernel tells it.
    package static func describe(_ message: NetlinkMessage, offset: UInt32?) -> String {
        guard let (verb, subject) = meaning(of: message.type) else {
            return "message \(message.type.rawValue)"
        }
        let what = verb == .delete ? "delete" : "add"
        guard let content = (try? content(of: message))?.content else {
            return "\(what) \(subject)"
        }
        switch content {
        case .table(let table): return "\(what) table \(table.name)"
        case .chain(_, let chain): return "\(what) chain \(chain.name)"
        case .rule(_, let rule, _):
            if verb == .delete { return "delete the rules of chain \(rule.chain)" }
            return "add a rule to chain \(rule.chain): \(rule.expressions)"
        case .set(_, let set): return "\(what) set \(set.name)"
        case .elements(_, let set, let elements):
            let key = element(of: message, at: offset) ?? elements.first?.key
            return "\(what) element \(key?.description ?? "") of set \(set)"
        case .generation: return "generation"
        }
    }

    /// The key of the element that the attribute at an offset of the message (header included) belongs to.
    private static func element(of message: NetlinkMessage, at offset: UInt32?) -> Value? {
        guard let offset else { return nil }
        var reader = ByteReader(message.payload)
        guard (try? reader.skip(4)) != nil else { return nil }
        while let attribute = try? reader.readAttribute() {
            guard attribute.type == 3 else { continue }
            var list = attribute.payload
            while true {
                let start = list.offset
                guard let item = try? list.readAttribute() else { return nil }
                // Offsets of the kernel count from the message's header, 16 bytes before the payload.
                guard (start + 16..<list.offset + 16).contains(Int(offset)) else { continue }
                var fields = item.payload
                while let field = try? fields.readAttribute() {
                    if field.type == 1 {
                        return (try? field.nfTablesData())?.value.flatMap { Value($0) }
                    }
                }
            }
        }
        return nil
    }
}
