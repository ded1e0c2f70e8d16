extension NFTables {
    /// One instruction of a rule: reads the packet or its conntrack entry into registers, compares, looks up, decides.
    /// A rule ends at the first one that does not match.
    package enum Expression: Hashable, Sendable {
        /// Copies bytes of a header.
        case payload(PayloadBase, offset: UInt32, length: UInt32, Register)
        case meta(MetaKey, Register)
        case setMeta(MetaKey, Register)
        /// `ofOriginal`: the original direction's; nil for what belongs to the whole entry.
        case conntrack(ConntrackKey, ofOriginal: Bool?, Register)
        case compare(Register, isEqual: Bool, [UInt8])
        /// destination = source & mask ^ xor.
        case bitwise(Register, Register, mask: [UInt8], xor: [UInt8])
        /// Matches if the key is there; with a destination of a map it copies the data.
        case lookup(set: String, key: Register, data: Register?, isInverted: Bool)
        /// Takes the verdict that a verdict map has for the key.
        case verdictLookup(set: String, key: Register)
        /// Adds or refreshes an element for what the registers hold; milliseconds.
        case update(set: String, key: Register, data: Register?, timeout: UInt64)
        case immediate(Register, [UInt8])
        case verdict(Verdict)
        /// Rewrites the destination of the connection; ends the chain.
        case destinationNAT(family: UInt8, address: Register, port: Register)
        case masquerade(flags: UInt32)
        case reject(type: UInt32, code: UInt8)
        case numberGenerator(isRandom: Bool, modulus: UInt32, Register)
        case jhash(Register, length: UInt32, modulus: UInt32, seed: UInt32, Register)
        /// The type of the source address (RTN_…) by the routing tables.
        case sourceAddressType(Register)
        /// One that Pointsman does not write.
        case other(name: String)
    }

    /// Where a result goes: one of sixteen words of 4 bytes, four of which make one 16-byte register.
    package struct Register: Hashable, Sendable {
        package let word: Int

        package init(word: Int) {
            precondition((0..<16).contains(word))
            self.word = word
        }

        /// NFT_REG_1 … 4 where a 16-byte register begins, else NFT_REG32_…: as the kernel lists them.
        package var number: UInt32 {
            UInt32(word % 4 == 0 ? 1 + word / 4 : 8 + word)
        }

        package init?(number: UInt32) {
            switch number {
            case 1...4: self.init(word: Int(number - 1) * 4)
            case 8...23: self.init(word: Int(number - 8))
            default: return nil
            }
        }
    }

    package enum PayloadBase: UInt32, Hashable, Sendable {
        case link = 0
        case network = 1
        case transport = 2
    }

    /// NFT_META_….
    package enum MetaKey: UInt32, Hashable, Sendable {
        case priority = 2
        case l4Protocol = 16
    }

    /// NFT_CT_….
    package enum ConntrackKey: UInt32, Hashable, Sendable {
        case status = 2
        case destinationPort = 12
        case ipv4Destination = 20
        case ipv6Destination = 22
    }

    package enum Verdict: Hashable, Sendable {
        case accept, drop, `return`
        case jump(String)
        case goto(String)

        var code: Int32 {
            switch self {
            case .drop: 0
            case .accept: 1
            case .jump: -3
            case .goto: -4
            case .return: -5
            }
        }

        var chain: String? {
            switch self {
            case .jump(let chain), .goto(let chain): chain
            case .accept, .drop, .return: nil
            }
        }

        init?(code: Int32, chain: String?) {
            switch (code, chain) {
            case (0, _): self = .drop
            case (1, _): self = .accept
            case (-3, let chain?): self = .jump(chain)
            case (-4, let chain?): self = .goto(chain)
            case (-5, _): self = .return
            default: return nil
            }
        }
    }
}
