import Testing

@testable import Wire

/// SplitMix64: the same numbers in every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

@Suite("No bytes trap the DNS parser")
struct DNSFuzzTests {
    @Test("random bytes are a message or an error", arguments: 0..<4 as Range<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        for _ in 0..<3000 {
            var bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // Small counts, or hardly anything gets past the questions.
            for index in [4, 6, 8, 10] where index < bytes.count { bytes[index] = 0 }
            reread(bytes)
        }
    }

    @Test("mutated messages are a message or an error", arguments: 0..<4 as Range<UInt64>)
    func mutated(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let original = DNSMessageTests.full.encoded()
        var readable = 0
        for _ in 0..<3000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes.remove(at: index)
                case 3: bytes.insert(0xC0, at: index)
                default: bytes.removeSubrange(index...)
                }
                if bytes.isEmpty { break }
            }
            if reread(bytes) { readable += 1 }
        }
        #expect(readable > 100)
    }

    /// What can be read can be written and read again, and stays what it is.
    @discardableResult
    private func reread(_ bytes: [UInt8]) -> Bool {
        _ = DNS.Message(headerOf: bytes)
        guard let message = try? DNS.Message(parsing: bytes) else { return false }
        _ = message.answers.map(\.description) + message.questions.map(\.description)
        let again = try? DNS.Message(parsing: message.encoded())
        #expect(again == message)
        return true
    }
}
