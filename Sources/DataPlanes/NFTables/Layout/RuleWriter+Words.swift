import Addresses
import LoadBalancing
import Wire

/// The words that the rules are made of. Keys begin at word 0 of the registers unless something else is said.
extension RuleWriter {
    /// Words that an address takes.
    var addressWords: Int { family == .ipv4 ? 1 : 4 }

    private var addressLength: UInt32 { family == .ipv4 ? 4 : 16 }

    func word(_ number: Int) -> NFTables.Register { NFTables.Register(word: number) }

    /// Leaves these bits of word 0.
    func mask(_ bits: UInt32) -> NFTables.Expression {
        .bitwise(word(0), word(0), mask: bytes(bits), xor: bytes(UInt32(0)))
    }

    func bytes(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }

    // MARK: Of the packet

    func source(_ number: Int) -> Expressions {
        [.payload(.network, offset: family == .ipv4 ? 12 : 8, length: addressLength, word(number))]
    }

    func destination(_ number: Int) -> Expressions {
        [.payload(.network, offset: family == .ipv4 ? 16 : 24, length: addressLength, word(number))]
    }

    func port(_ number: Int) -> NFTables.Expression {
        .payload(.transport, offset: 2, length: 2, word(number))
    }

    func isOf(_ protocol: L4Protocol) -> Expressions {
        [.meta(.l4Protocol, word(0)), .compare(word(0), isEqual: true, [`protocol`.number])]
    }

    /// address . protocol . port
    var destinationKey: Expressions {
        destination(0) + [.meta(.l4Protocol, word(addressWords)), port(addressWords + 1)]
    }

    /// protocol . port
    var nodeKey: Expressions { [.meta(.l4Protocol, word(0)), port(1)] }

    func hashedSource(into number: Int, modulus: UInt32, seed: UInt32) -> Expressions {
        source(8) + [
            .jhash(word(8), length: addressLength, modulus: modulus, seed: seed, word(number))
        ]
    }

    // MARK: The local detector

    var isFromPod: Expressions { isFromPod(true) }
    var isNotFromPod: Expressions { isFromPod(false) }

    private func isFromPod(_ isFromPod: Bool) -> Expressions {
        let name: [UInt8]
        switch podInterfaces {
        case nil: return source(0) + ifIn(.pods, isInverted: !isFromPod)
        case .prefix(let prefix)?: name = Array(prefix.utf8)
        case .bridge(let bridge)?:
            // All of IFNAMSIZ: no longer name will do.
            name = Array(bridge.utf8) + [UInt8](repeating: 0, count: 16 - bridge.utf8.count)
        }
        return [
            .meta(.inputInterfaceName, word(0)),
            .compare(word(0), isEqual: isFromPod, name),
        ]
    }

    // MARK: Of the conntrack entry, as the connection began

    func originalDestination(_ number: Int) -> Expressions {
        [
            .conntrack(
                family == .ipv4 ? .ipv4Destination : .ipv6Destination, ofOriginal: true,
                word(number))
        ]
    }

    private func originalPort(_ number: Int) -> NFTables.Expression {
        .conntrack(.destinationPort, ofOriginal: true, word(number))
    }

    var originalKey: Expressions {
        originalDestination(0)
            + [.meta(.l4Protocol, word(addressWords)), originalPort(addressWords + 1)]
    }

    var originalNodeKey: Expressions { [.meta(.l4Protocol, word(0)), originalPort(1)] }

    // MARK: The id, in meta priority

    var id: Expressions { id(0) }

    func id(_ number: Int) -> Expressions { [.meta(.priority, word(number))] }

    func isID(_ value: UInt32) -> Expressions {
        id + [.compare(word(0), isEqual: true, bytes(value))]
    }

    // ReservedID.special.
    var isSpecial: Expressions { isSpecial(true) }
    var isNotSpecial: Expressions { isSpecial(false) }

    private func isSpecial(_ isSpecial: Bool) -> Expressions {
        id + [
            mask(ReservedID.special),
            .compare(word(0), isEqual: !isSpecial, bytes(UInt32(0))),
        ]
    }

    /// The list's own id.
    var forgetSpecial: Expressions {
        id + [mask(~ReservedID.special), .setMeta(.priority, word(0))]
    }

    /// Where the map has nothing for the key the id stays what it was, and the rule ends.
    func setID(_ key: Expressions, _ map: SetName) -> Expressions {
        key + [lookup(map, into: 0), .setMeta(.priority, word(0))]
    }

    func setID(_ value: UInt32) -> Expressions {
        [.immediate(word(0), bytes(value)), .setMeta(.priority, word(0))]
    }

    /// The qdiscs read meta priority, too: it is ours from DNAT to here.
    var forgetID: Expressions { setID(0) }

    // MARK: Look-ups and verdicts

    /// Goes on if the key at word 0 is in the set.
    func ifIn(_ set: SetName, isInverted: Bool = false) -> Expressions {
        [lookup(set, isInverted: isInverted)]
    }

    func lookup(
        _ set: SetName, into number: Int? = nil, isInverted: Bool = false
    ) -> NFTables.Expression {
        .lookup(
            set: set.text, key: word(0), data: number.map(word), isInverted: isInverted)
    }

    func go(_ chain: ChainName) -> Expressions { [.verdict(.goto(chain.text))] }

    func jump(_ chain: ChainName) -> Expressions { [.verdict(.jump(chain.text))] }

    /// NFT_REJECT_TCP_RST.
    var resetConnection: Expressions { [.reject(type: 1, code: 0)] }

    /// NFT_REJECT_ICMP_UNREACH: ICMP_PORT_UNREACH or ICMPV6_PORT_UNREACH.
    var rejectPort: Expressions { [.reject(type: 0, code: family == .ipv4 ? 3 : 4)] }
}
