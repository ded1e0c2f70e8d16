/// `metadata.uid` in little room: nearly all are UUIDs in lower case (RFC 9562, section 4), which take 16 bytes; any
/// other text is kept as it is.
package struct ObjectUID: Hashable, Sendable {
    private enum Content: Hashable, Sendable {
        case uuid(UInt64, UInt64)
        case text(String)
    }

    private let content: Content

    package init(_ text: String) {
        content = Self.uuid(text).map { .uuid($0.0, $0.1) } ?? .text(text)
    }

    package var text: String {
        switch content {
        case .text(let text): return text
        case .uuid(let high, let low):
            return String(unsafeUninitializedCapacity: Self.length) { buffer in
                var digit = 0
                for index in 0..<Self.length {
                    if Self.isHyphen(index) {
                        buffer[index] = UInt8(ascii: "-")
                        continue
                    }
                    let word = digit < 16 ? high : low
                    let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - digit % 16 * 4)) & 15
                    buffer[index] = value < 10 ? 0x30 + value : 0x57 + value
                    digit += 1
                }
                return Self.length
            }
        }
    }

    private static let length = 36

    private static func isHyphen(_ index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }

    private static func uuid(_ text: String) -> (UInt64, UInt64)? {
        guard text.utf8.count == length else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (index, byte) in text.utf8.enumerated() {
            if isHyphen(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let value: UInt8
            switch byte {
            case 0x30...0x39: value = byte - 0x30
            case 0x61...0x66: value = byte - 0x57
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(value)
        }
        return (high, low)
    }
}
