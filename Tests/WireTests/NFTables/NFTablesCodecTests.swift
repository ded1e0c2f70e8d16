import Addresses
import Testing

@testable import Wire

@Suite("nf_tables messages come back as they were written")
struct NFTablesCodecTests {
    /// The contents of a batch's messages, its begin and end left out.
    static func contents(_ batch: NFTables.Batch) throws -> [NFTables.Content] {
        try NetlinkMessage.parse(batch.encoded(sequence: 1).bytes).compactMap {
            try NFTables.content(of: $0)?.content
        }
    }

    private func batch() -> NFTables.Batch { NFTables.Batch(.ipv4, table: "t") }

    @Test("tables, with and without a comment", arguments: [nil, "made by a test, ü"])
    func tables(comment: String?) throws {
        var batch = batch()
        var table = NFTables.Table(name: "t", comment: comment)
        batch.add(table)
        #expect(try Self.contents(batch) == [.table(table)])
        table.isDormant = true
        batch.add(table)
        #expect(try Self.contents(batch).last == .table(table))
    }

    @Test("chains, of every hook and of none")
    func chains() throws {
        let points: [NFTables.Hook.Point] = [
            .prerouting, .input, .forward, .output, .postrouting,
        ]
        let hooks =
            [nil] + points.map { NFTables.Hook($0, priority: -100) }
            + [NFTables.Hook(.forward, priority: 5, type: "filter")]
        var dropping = NFTables.Hook(.input, priority: 100)
        dropping.policy = .drop
        for hook in hooks + [dropping] {
            var batch = batch()
            let chain = NFTables.Chain("c", hook)
            batch.add(chain)
            #expect(try Self.contents(batch) == [.chain(table: "t", chain)])
        }
    }

    @Test("every expression, and rules of many")
    func rules() throws {
        var samples = NFTablesSamples(seed: 1)
        for kind in 0...16 {
            for _ in 0..<50 {
                let expression = samples.expression(kind)
                try expectBack(NFTables.Rule("c", [expression]))
            }
        }
        for _ in 0..<500 { try expectBack(samples.rule()) }
        try expectBack(NFTables.Rule("c", [.other(name: "counter")]))
    }

    private func expectBack(_ rule: NFTables.Rule) throws {
        var batch = batch()
        batch.append(rule)
        #expect(try Self.contents(batch) == [.rule(table: "t", rule, handle: 0)], "\(rule)")
    }

    @Test("sets of every kind are what was asked for")
    func sets() throws {
        let pair = NFTables.SetType(.ipv6Address, .l4Protocol, .port, .ipv6Address)
        let sets = [
            NFTables.Set("a", key: NFTables.SetType(.ipv4Address)),
            NFTables.Set("b", .interval, key: NFTables.SetType(.ipv6Address), size: 70_000),
            NFTables.Set("c", [.interval, .concatenation], key: pair),
            NFTables.Set("d", key: pair, data: NFTables.SetType(.classID)),
            NFTables.Set(
                "e", [.dynamic, .timeout], key: NFTables.SetType(.sourceAddress4, .priority),
                data: NFTables.SetType(.destinationAddress4, .destinationPort), size: 1 << 20),
            NFTables.Set(
                "f", key: NFTables.SetType(.classID), data: NFTables.SetType(.verdict)),
        ]
        for set in sets {
            var batch = batch()
            batch.add(set)
            guard case .set("t", let record)? = try Self.contents(batch).first else {
                Issue.record("no set")
                continue
            }
            #expect(record.matches(set), "\(set.name)")
            #expect(record.size == set.size)
            for other in sets where other.name != set.name {
                #expect(!record.matches(other))
                var renamed = other
                renamed.name = set.name
                #expect(!record.matches(renamed), "\(set.name) is no \(other.name)")
            }
        }
    }

    @Test("elements, whatever they hold")
    func elements() throws {
        var samples = NFTablesSamples(seed: 2)
        for _ in 0..<200 {
            let elements = (0..<samples.int(1...20)).map { _ in samples.element() }
            var batch = batch()
            for element in elements { batch.add(element, to: "s") }
            #expect(
                try Self.contents(batch) == [.elements(table: "t", set: "s", elements)])
        }
    }

    @Test("of a removed element the key alone is written")
    func removedElements() throws {
        var samples = NFTablesSamples(seed: 3)
        for _ in 0..<200 {
            let element = samples.element()
            var key = NFTables.Element(element.key, lastKey: element.lastKey)
            key.isIntervalEnd = element.isIntervalEnd
            var batch = batch()
            batch.remove(element, from: "s")
            #expect(try Self.contents(batch) == [.elements(table: "t", set: "s", [key])])
        }
    }

    @Test("parts of a value are read as they were appended", arguments: [IPFamily.ipv4, .ipv6])
    func values(family: IPFamily) throws {
        let address = try #require(
            IPAddress(family == .ipv4 ? "192.0.2.7" : "2001:db8::7"))
        let width = family == .ipv4 ? 4 : 16
        var value = NFTables.Value()
        value.append(address)
        value.append(L4Protocol.sctp)
        value.append(port: 8080)
        value.append(number: 0xDEAD_BEEF)
        #expect(value.count == width + 12)
        #expect(value.address(family, at: 0) == address)
        #expect(value.l4Protocol(at: width) == .sctp)
        #expect(value.port(at: width + 4) == 8080)
        #expect(value.number(at: width + 8) == 0xDEAD_BEEF)
        #expect(value.bytes[..<width] == address.networkBytes[...])
        #expect(value.bytes[width...(width + 5)] == [132, 0, 0, 0, 0x1F, 0x90])
        #expect(value.number(at: width + 9) == nil)
        #expect(value.number(at: -1) == nil)
        #expect(NFTables.Value(value.bytes) == value)
        #expect(NFTables.Value(repeatElement(0, count: NFTables.Value.capacity + 1)) == nil)
    }

    @Test("requests name what they ask for")
    func requests() throws {
        let request = NFTables.ListRequest(.element, .ipv6, table: "t", set: "s")
            .message(sequence: 9)
        #expect(request.sequence == 9)
        #expect(request.flags == [.request, .dump])
        #expect(NFTables.meaning(of: request.type)?.verb == .get)
        let content = try NFTables.content(of: request)
        #expect(content?.family == 10)
        #expect(content?.content == .elements(table: "t", set: "s", []))
        let generation = NFTables.generationRequest(sequence: 3)
        #expect(NFTables.meaning(of: generation.type)?.subject == .generation)
        #expect(try NFTables.content(of: generation) == nil)
    }

    @Test("every message's number is known again, and no other is")
    func numbers() {
        var known = 0
        for raw in UInt16.min...UInt16.max {
            let type = NetlinkMessageType(rawValue: raw)
            guard let (verb, subject) = NFTables.meaning(of: type) else { continue }
            #expect(NFTables.message(verb, subject) == type)
            known += 1
        }
        #expect(known == 18)
    }

    @Test("registers have the kernel's numbers")
    func registers() {
        for word in 0..<16 {
            let register = NFTables.Register(word: word)
            #expect(NFTables.Register(number: register.number) == register)
            #expect(NFTables.Register(number: UInt32(8 + word)) == register)
        }
        #expect(
            (0..<16).map { NFTables.Register(word: $0).number }
                == [1, 9, 10, 11, 2, 13, 14, 15, 3, 17, 18, 19, 4, 21, 22, 23])
        #expect([0, 5, 7, 24, .max].allSatisfy { NFTables.Register(number: $0) == nil })
    }
}
