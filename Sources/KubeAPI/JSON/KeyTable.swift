/// The short keys seen last, so that a key that comes again and again is made into a string once.
struct KeyTable {
    /// At most 16 bytes of a key as two words, and how many there are.
    struct Fingerprint: Equatable {
        var low: UInt64
        var high: UInt64
        var length: Int

        fileprivate var slot: Int {
            let mixed = (low ^ (high << 1) ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: mixed >> 57)
        }
    }

    private struct Entry {
        var fingerprint = Fingerprint(low: 0, high: 0, length: 0)
        var key = ""
    }

    private var entries = [Entry](repeating: Entry(), count: 128)

    /// The key with this fingerprint; `make` makes it where it is not there yet.
    mutating func key(_ fingerprint: Fingerprint, _ make: () -> String) -> String {
        let slot = fingerprint.slot
        if entries[slot].fingerprint == fingerprint { return entries[slot].key }
        let key = make()
        entries[slot] = Entry(fingerprint: fingerprint, key: key)
        return key
    }
}

extension JSONScanner {
    /// Reads a key from its opening quote on.
    mutating func key(_ table: inout KeyTable) throws(JSONParseError) -> String {
        if let length = shortPlainLength(), let fingerprint = fingerprint(length) {
            let content = UnsafeBufferPointer(rebasing: bytes[(index + 1)..<(index + 1 + length)])
            skip(bytes: length + 2)
            return table.key(fingerprint) { String(decoding: content, as: UTF8.self) }
        }
        return try string()
    }

    /// The length of the string after the opening quote, where it is at most 16 bytes of plain ASCII.
    private func shortPlainLength() -> Int? {
        var length = 0
        while length < 16 {
            let start = index + 1 + length
            guard let word = word(at: start) else { return nil }
            let plain = word.stringSpecials.trailingZeroBitCount / 8
            let content = plain == 8 ? word : word & ((1 << UInt64(plain * 8)) - 1)
            guard content & 0x8080_8080_8080_8080 == 0 else { return nil }
            length += plain
            if plain < 8 {
                return bytes[start + plain] == UInt8(ascii: "\"") ? length : nil
            }
        }
        return nil
    }

    private func fingerprint(_ length: Int) -> KeyTable.Fingerprint? {
        guard let low = word(at: index + 1) else { return nil }
        if length <= 8 {
            let kept = length == 8 ? low : low & ((1 << UInt64(length * 8)) - 1)
            return .init(low: kept, high: 0, length: length)
        }
        guard let high = word(at: index + 1 + length - 8) else { return nil }
        return .init(low: low, high: high, length: length)
    }
}
