import Addresses
import Testing

@testable import Wire

@Suite("No bytes trap the nf_tables parser")
struct NFTablesFuzzTests {
    private static let subjects: [NFTables.Subject] = [
        .table, .chain, .rule, .set, .element, .generation,
    ]

    /// Reads a message in every way there is; true if it says something.
    @discardableResult
    private func read(_ message: NetlinkMessage, offset: UInt32?) -> Bool {
        #expect(!NFTables.describe(message, offset: offset).isEmpty)
        guard let content = (try? NFTables.content(of: message))?.content else { return false }
        guard case .rule(_, let rule, _) = content else { return true }
        // What can be read can be written and read again.
        var batch = NFTables.Batch(.ipv4, table: "t")
        batch.append(rule)
        #expect((try? NFTablesCodecTests.contents(batch)) == [.rule(table: "t", rule, handle: 0)])
        return true
    }

    @Test("random bytes are a message or an error", arguments: 0..<4 as Range<UInt64>)
    func noise(seed: UInt64) {
        var samples = NFTablesSamples(seed: seed)
        var understood = 0
        for _ in 0..<10_000 {
            var bytes = samples.bytes(0...96)
            // Small lengths and types let the parsers come further than noise alone would.
            for index in bytes.indices where index % 4 < 2 && samples.int(0...1) == 0 {
                bytes[index] = index % 2 == 0 ? UInt8(samples.int(0...40)) : 0
            }
            let subject = Self.subjects[samples.int(0...5)]
            let message = NetlinkMessage(
                type: NFTables.message(.new, subject), flags: [], payload: bytes)
            if read(message, offset: UInt32(samples.int(0...128))) { understood += 1 }
            _ = try? NFTables.content(
                of: NetlinkMessage(
                    type: NetlinkMessageType(rawValue: UInt16(samples.int(0...65535))),
                    flags: [], payload: bytes))
        }
        #expect(understood > 40)
    }

    @Test("mutated batches are messages or errors", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var samples = NFTablesSamples(seed: 50 + seed)
        let original = Self.everything(&samples).encoded(sequence: 1).bytes
        var understood = 0
        for _ in 0..<1000 {
            var bytes = original
            for _ in 0..<samples.int(1...4) { mutate(&bytes, &samples) }
            for message in (try? NetlinkMessage.parse(bytes)) ?? [] {
                if read(message, offset: UInt32(samples.int(0...400))) { understood += 1 }
            }
        }
        #expect(understood > 1000)
    }

    private func mutate(_ bytes: inout [UInt8], _ samples: inout NFTablesSamples) {
        guard !bytes.isEmpty else { return }
        let index = samples.int(0...bytes.count - 1)
        switch samples.int(0...4) {
        case 0: bytes[index] = UInt8(samples.int(0...255))
        case 1: bytes[index] ^= 1 << UInt8(samples.int(0...7))
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(UInt8(samples.int(0...8)), at: index)
        default: if samples.int(0...9) == 0 { bytes.removeSubrange(index...) }
        }
    }

    /// A batch with a message of each kind.
    private static func everything(_ samples: inout NFTablesSamples) -> NFTables.Batch {
        var batch = NFTables.Batch(.ipv6, table: "t")
        batch.add(NFTables.Table(name: "t", comment: "comment"))
        batch.add(
            NFTables.Set(
                "s", [.interval, .concatenation],
                key: NFTables.SetType(.ipv6Address, .port), size: 12))
        batch.add(NFTables.Chain("c", NFTables.Hook(.output, priority: -100)))
        for _ in 0..<5 {
            batch.add(samples.element(), to: "s")
            batch.remove(samples.element(), from: "s")
        }
        for kind in 0...16 { batch.append(NFTables.Rule("c", [samples.expression(kind)])) }
        return batch
    }
}
