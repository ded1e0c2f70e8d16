extension NFTables {
    /// What a key or a datum is made of: the kernel sees numbers and lengths, `nft` shows the types.
    package struct SetType: Hashable, Sendable {
        package var parts: [DataType]

        package init(_ parts: DataType...) { self.parts = parts }

        /// NFTA_SET_KEY_TYPE: six bits a part.
        var number: UInt32 {
            guard parts != [.verdict] else { return DataType.verdict.number }
            return parts.reduce(0) { $0 << 6 | $1.number }
        }

        /// Bytes; in a concatenation each part takes a multiple of 4.
        package var length: UInt32 {
            guard parts.count > 1 else { return parts[0].length }
            return parts.reduce(0) { $0 + ($1.length + 3) / 4 * 4 }
        }

        /// A part has no type of its own in nft's language: all are written by examples, `typeof`.
        var hasExamples: Bool { parts.contains { $0.example != nil } }
    }

    /// A datatype of nft (its src/include/datatype.h), or an expression that stands for one.
    package enum DataType: Hashable, Sendable {
        case verdict
        case ipv4Address, ipv6Address
        case l4Protocol, port
        /// `meta priority`: 32 bits in this machine's order.
        case classID
        /// 32 bits of this machine's order without a type of their own: shown as a random number.
        case number
        /// As ipv4Address, ipv6Address, port and classID, in a set that is shown with `typeof`.
        case destinationAddress4, destinationAddress6, sourceAddress4, destinationPort, priority

        var number: UInt32 {
            switch self {
            case .verdict: 0xFFFF_FF00
            case .number: 4
            case .ipv4Address, .destinationAddress4, .sourceAddress4: 7
            case .ipv6Address, .destinationAddress6: 8
            case .l4Protocol: 12
            case .port, .destinationPort: 13
            case .classID, .priority: 23
            }
        }

        var length: UInt32 {
            switch self {
            case .verdict: 16
            case .ipv6Address, .destinationAddress6: 16
            case .ipv4Address, .destinationAddress4, .sourceAddress4, .classID, .priority,
                .number:
                4
            case .port, .destinationPort: 2
            case .l4Protocol: 1
            }
        }

        /// Numbers of this machine's order, in nft's enum byteorder: 1 host, 2 network, 0 none.
        var byteOrder: UInt32 {
            switch self {
            case .classID, .priority, .number: 1
            case .ipv4Address, .ipv6Address, .port, .destinationAddress4, .destinationAddress6,
                .sourceAddress4, .destinationPort:
                2
            case .l4Protocol, .verdict: 0
            }
        }

        /// The expression of `typeof`: nft's number of it and its attributes.
        var example: (expression: UInt32, attributes: [(UInt8, UInt32)])? {
            switch self {
            case .verdict, .ipv4Address, .ipv6Address, .l4Protocol, .port, .classID: nil
            // numgen random mod 2
            case .number: (23, [(0, 1), (1, 2), (2, 0)])
            // meta priority
            case .priority: (9, [(0, 2)])
            // Payloads: the protocol's number (ip 12, ip6 13, tcp 8) and the field's.
            case .sourceAddress4: (7, [(0, 12), (1, 11)])
            case .destinationAddress4: (7, [(0, 12), (1, 12)])
            case .destinationAddress6: (7, [(0, 13), (1, 9)])
            case .destinationPort: (7, [(0, 8), (1, 2)])
            }
        }
    }
}
