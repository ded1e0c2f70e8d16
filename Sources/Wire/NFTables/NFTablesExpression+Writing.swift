extension NFTables.Expression {
    /// NFTA_EXPR_NAME.
    var name: String {
        switch self {
        case .payload: "payload"
        case .meta, .setMeta: "meta"
        case .conntrack: "ct"
        case .compare: "cmp"
        case .bitwise: "bitwise"
        case .lookup, .verdictLookup: "lookup"
        case .update: "dynset"
        case .immediate, .verdict: "immediate"
        case .destinationNAT: "nat"
        case .masquerade: "masq"
        case .reject: "reject"
        case .numberGenerator: "numgen"
        case .jhash: "hash"
        case .sourceAddressType: "fib"
        case .other(let name): name
        }
    }

    /// Writes NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA }.
    func write(to writer: inout ByteWriter) {
        writer.writeNested(1) { writer in
            writer.writeAttribute(1, name)
            writer.writeNested(2) { writeData(to: &$0) }
        }
    }

    private func writeData(to writer: inout ByteWriter) {
        switch self {
        case .payload(let base, let offset, let length, let register):
            writer.writeNumbers([
                (1, register.number), (2, base.rawValue), (3, offset), (4, length),
            ])
        case .meta(let key, let register):
            writer.writeNumbers([(1, register.number), (2, key.rawValue)])
        case .setMeta(let key, let register):
            writer.writeNumbers([(2, key.rawValue), (3, register.number)])
        case .conntrack(let key, let ofOriginal, let register):
            writer.writeNumbers([(1, register.number), (2, key.rawValue)])
            if let ofOriginal { writer.writeBigAttribute(3, UInt8(ofOriginal ? 0 : 1)) }
        case .compare(let register, let isEqual, let bytes):
            writer.writeNumbers([(1, register.number), (2, isEqual ? 0 : 1)])
            writer.writeNested(3) { $0.writeValue(bytes) }
        case .bitwise(let source, let destination, let mask, let xor):
            writer.writeNumbers([
                (1, source.number), (2, destination.number), (3, UInt32(mask.count)),
            ])
            writer.writeNested(4) { $0.writeValue(mask) }
            writer.writeNested(5) { $0.writeValue(xor) }
        case .immediate(let register, let bytes):
            writer.writeNumbers([(1, register.number)])
            writer.writeNested(2) { $0.writeValue(bytes) }
        case .verdict(let verdict):
            writer.writeNumbers([(1, 0)])
            writer.writeNested(2) { $0.writeVerdict(verdict) }
        case .lookup, .verdictLookup, .update, .destinationNAT, .masquerade, .reject,
            .numberGenerator, .jhash,
            .sourceAddressType:
            writeAction(to: &writer)
        case .other: break
        }
    }

    private func writeAction(to writer: inout ByteWriter) {
        switch self {
        case .lookup(let set, let key, let data, let isInverted):
            writer.writeAttribute(1, set)
            writer.writeNumbers([(2, key.number)])
            if let data { writer.writeNumbers([(3, data.number)]) }
            if isInverted { writer.writeNumbers([(5, 1)]) }
        case .verdictLookup(let set, let key):
            writer.writeAttribute(1, set)
            writer.writeNumbers([(2, key.number), (3, 0)])
        case .update(let set, let key, let data, let timeout):
            writer.writeAttribute(1, set)
            writer.writeNumbers([(3, 1), (4, key.number)])
            if let data { writer.writeNumbers([(5, data.number)]) }
            writer.writeBigAttribute(6, timeout)
        case .destinationNAT(let family, let address, let port):
            writer.writeNumbers([
                (1, 1), (2, UInt32(family)), (3, address.number), (5, port.number),
            ])
        case .masquerade(let flags): writer.writeNumbers([(1, flags)])
        case .reject(let type, let code):
            writer.writeNumbers([(1, type)])
            writer.writeAttribute(2, code)
        case .numberGenerator(let isRandom, let modulus, let register):
            writer.writeNumbers([(1, register.number), (2, modulus), (3, isRandom ? 1 : 0)])
        case .jhash(let source, let length, let modulus, let seed, let destination):
            writer.writeNumbers([
                (1, source.number), (2, destination.number), (3, length), (4, modulus), (5, seed),
                (7, 0),
            ])
        case .sourceAddressType(let register):
            writer.writeNumbers([(1, register.number), (2, 3), (3, 1)])
        default: break
        }
    }
}

extension ByteWriter {
    fileprivate mutating func writeNumbers(_ numbers: [(UInt16, UInt32)]) {
        for (type, value) in numbers { writeBigAttribute(type, value) }
    }

    /// NFTA_DATA_VALUE.
    mutating func writeValue(_ bytes: [UInt8]) {
        writeAttribute(1) { $0.write(bytes) }
    }

    /// NFTA_DATA_VERDICT.
    mutating func writeVerdict(_ verdict: NFTables.Verdict) {
        writeNested(2) { writer in
            writer.writeBigAttribute(1, verdict.code)
            if let chain = verdict.chain { writer.writeAttribute(2, chain) }
        }
    }
}
