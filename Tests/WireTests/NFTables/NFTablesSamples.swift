import Addresses

@testable import Wire

/// Random values of everything that a batch may hold.
struct NFTablesSamples {
    var random: NetlinkRandom

    init(seed: UInt64) { random = NetlinkRandom(state: seed) }

    mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &random) }

    mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        (0..<int(count)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    mutating func number() -> UInt32 { .random(in: 0 ... .max, using: &random) }

    mutating func name() -> String {
        String(decoding: (0..<int(1...30)).map { _ in UInt8(int(97...122)) }, as: UTF8.self)
    }

    mutating func register() -> NFTables.Register { NFTables.Register(word: int(0...15)) }

    mutating func value() -> NFTables.Value { NFTables.Value(bytes(0...NFTables.Value.capacity))! }

    mutating func verdict() -> NFTables.Verdict {
        switch int(0...4) {
        case 0: .accept
        case 1: .drop
        case 2: .return
        case 3: .jump(name())
        default: .goto(name())
        }
    }

    mutating func element() -> NFTables.Element {
        var element = NFTables.Element(value())
        if int(0...3) == 0 { element.lastKey = value() }
        switch int(0...2) {
        case 0: element.data = .value(value())
        case 1: element.data = .verdict(verdict())
        default: break
        }
        element.isIntervalEnd = int(0...3) == 0
        if int(0...3) == 0 { element.timeout = UInt64(number()) << 8 }
        if int(0...3) == 0 { element.expiration = UInt64(number()) }
        return element
    }

    mutating func rule() -> NFTables.Rule {
        NFTables.Rule(name(), (0..<int(0...12)).map { _ in expression(int(0...16)) })
    }

    /// One of each kind, by its number.
    mutating func expression(_ kind: Int) -> NFTables.Expression {
        switch kind {
        case 0:
            .payload(
                [.link, .network, .transport][int(0...2)], offset: number(), length: number(),
                register())
        case 1: .meta([.priority, .l4Protocol][int(0...1)], register())
        case 2: .setMeta(.priority, register())
        case 3:
            .conntrack(
                [.status, .destinationPort, .ipv4Destination, .ipv6Destination][int(0...3)],
                ofOriginal: [nil, true, false][int(0...2)], register())
        case 4: .compare(register(), isEqual: int(0...1) == 0, bytes(0...40))
        case 5: .bitwise(register(), register(), mask: bytes(4...16), xor: bytes(4...16))
        case 6:
            .lookup(
                set: name(), key: register(), data: int(0...1) == 0 ? register() : nil,
                isInverted: int(0...1) == 0)
        case 7: .verdictLookup(set: name(), key: register())
        case 8:
            .update(
                set: name(), key: register(), data: int(0...1) == 0 ? register() : nil,
                timeout: UInt64(number()) << 8)
        case 9: .immediate(register(), bytes(1...40))
        case 10: .verdict(verdict())
        case 11:
            .destinationNAT(family: UInt8(int(0...255)), address: register(), port: register())
        case 12: .masquerade(flags: number())
        case 13: .reject(type: number(), code: UInt8(int(0...255)))
        case 14: .numberGenerator(isRandom: int(0...1) == 0, modulus: number(), register())
        case 15:
            .jhash(register(), length: number(), modulus: number(), seed: number(), register())
        default: .sourceAddressType(register())
        }
    }
}
