import Addresses
import Testing

@testable import Wire

@Suite("Batches of nf_tables changes")
struct NFTablesBatchTests {
    private func element(_ number: UInt32) -> NFTables.Element {
        var key = NFTables.Value()
        key.append(number: number)
        key.append(number: ~number)
        return NFTables.Element(key, data: .value(key))
    }

    @Test("an element without anything but key and value is written as every other is")
    func plainElements() {
        let sizes = [4, 8, 12, 16, 20, 40]
        for size in sizes {
            let key = NFTables.Value((0..<size).map { UInt8($0 + 1) })!
            for data in [nil] + sizes.map({ NFTables.Value(repeatElement(UInt8(7), count: $0)) }) {
                let element = NFTables.Element(key, data: data.map { .value($0) })
                var (quick, general) = (ByteWriter(), ByteWriter())
                element.write(to: &quick)
                element.writeParts(to: &general)
                #expect(quick.bytes == general.bytes, "key of \(size), \(data?.count ?? 0) of data")
            }
        }
    }

    @Test("200,000 elements are split into messages whose attributes fit 16 bits")
    func largeBatch() throws {
        var batch = NFTables.Batch(.ipv4, table: "t")
        for number in 0..<200_000 { batch.add(element(UInt32(number)), to: "s") }
        #expect(batch.elementCount == 200_000)
        let encoded = batch.encoded(sequence: 7)
        let messages = try NetlinkMessage.parse(encoded.bytes)
        #expect(messages.count == encoded.starts.count)
        var next: UInt32 = 0
        for message in messages.dropFirst().dropLast() {
            guard case .elements("t", "s", let part)? = try NFTables.content(of: message)?.content
            else {
                Issue.record("no elements")
                return
            }
            #expect(message.payload.count < 65_536 + 32)
            let isInOrder = part.enumerated().allSatisfy {
                $0.element == element(next + UInt32($0.offset))
            }
            #expect(isInOrder)
            next += UInt32(part.count)
        }
        #expect(next == 200_000)
        #expect(messages.count < 220)
    }

    @Test("the longest elements fit, too")
    func longElements() throws {
        var batch = NFTables.Batch(.ipv6, table: "t")
        let value = try #require(
            NFTables.Value(repeatElement(0xFF, count: NFTables.Value.capacity)))
        var long = NFTables.Element(
            value, lastKey: value, data: .verdict(.goto(String(repeating: "c", count: 255))))
        (long.timeout, long.expiration, long.isIntervalEnd) = (1, 1, true)
        for _ in 0..<5000 { batch.add(long, to: "s") }
        var count = 0
        for content in try NFTablesCodecTests.contents(batch) {
            guard case .elements("t", "s", let part) = content else {
                Issue.record("no elements")
                return
            }
            #expect(part.allSatisfy { $0 == long })
            count += part.count
        }
        #expect(count == 5000)
    }

    @Test("what goes comes before what takes its place, sets, chains, rules before elements")
    func order() throws {
        var batch = NFTables.Batch(.ipv6, table: "t")
        batch.delete(chain: "old")
        batch.delete(set: "old-set")
        batch.append(NFTables.Rule("c", [.verdict(.accept)]))
        batch.add(element(1), to: "s")
        batch.remove(element(2), from: "s")
        batch.flush(set: "s")
        batch.flush(chain: "c")
        batch.add(NFTables.Chain("c"))
        batch.add(NFTables.Set("s", key: NFTables.SetType(.classID)))
        batch.add(NFTables.Table(name: "t"))
        let messages = try NetlinkMessage.parse(batch.encoded(sequence: 100).bytes)
        let steps = messages.map { message -> String in
            guard let (verb, subject) = NFTables.meaning(of: message.type) else {
                return "\(message.type.rawValue)"
            }
            return "\(verb) \(subject)"
        }
        #expect(
            steps == [
                "16", "new table", "new chain", "new set", "delete element", "delete rule",
                "new rule", "delete element", "new element", "delete chain", "delete set", "17",
            ])
        #expect(messages.map(\.sequence) == Array(100..<112))
        #expect(messages.allSatisfy { $0.flags.contains(.request) })
        // Begin and end name the subsystem; the others the family, AF_INET6.
        #expect(messages.first?.payload == [0, 0, 0, 10])
        #expect(messages.last?.payload == [0, 0, 0, 10])
        #expect(messages.dropFirst().dropLast().allSatisfy { $0.payload.first == 10 })
    }

    @Test("an error's sequence number finds its message")
    func messageOfAnError() throws {
        var batch = NFTables.Batch(.ipv4, table: "t")
        batch.add(NFTables.Table(name: "t"))
        batch.append(NFTables.Rule("c", [.verdict(.drop)]))
        let encoded = batch.encoded(sequence: .max)
        #expect(
            try encoded.message(0).flatMap { try NFTables.content(of: $0)?.content }
                == .table(NFTables.Table(name: "t")))
        #expect(encoded.message(2) != nil)
        #expect(encoded.message(3) == nil)
        #expect(encoded.message(.max - 1) == nil)
    }

    @Test("an error names the element that the kernel points at")
    func descriptions() throws {
        var batch = NFTables.Batch(.ipv4, table: "t")
        for number in 1...3 { batch.remove(element(UInt32(number)), from: "s") }
        let message = try #require(batch.encoded(sequence: 0).message(1))
        // Header 16, nfgenmsg 4, the table's name 8, the set's 8, the list's header 4.
        let first = 16 + 4 + 8 + 8 + 4
        let size = (message.payload.count - (first - 16)) / 3
        for number in 1...3 {
            let text = NFTables.describe(
                message, offset: UInt32(first + (number - 1) * size + 4))
            #expect(text.hasPrefix("delete element 0\(number)000000 "), "\(text)")
            #expect(text.hasSuffix(" of set s"))
        }
        #expect(NFTables.describe(message, offset: nil).hasPrefix("delete element 01000000"))
        #expect(NFTables.describe(message, offset: .max).hasPrefix("delete element 01000000"))
    }

    @Test("a batch without changes is empty")
    func empty() {
        var batch = NFTables.Batch(.ipv4, table: "t")
        #expect(batch.isEmpty)
        batch.flush(set: "s")
        #expect(!batch.isEmpty)
    }
}
