/// The kernel's jhash (linux/jhash.h), which is Bob Jenkins' lookup3.
package enum JenkinsHash {
    package static func hash(_ key: some Collection<UInt8>, seed: UInt32) -> UInt32 {
        var rest = Array(key)
        let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: rest.count) &+ seed
        var (a, b, c) = (start, start, start)
        guard !rest.isEmpty else { return c }
        while rest.count > 12 {
            add(rest[..<12], to: &a, &b, &c)
            mix(&a, &b, &c)
            rest.removeFirst(12)
        }
        add(rest[...], to: &a, &b, &c)
        finish(&a, &b, &c)
        return c
    }

    /// Up to twelve bytes, little-endian, over the three words.
    private static func add(
        _ bytes: ArraySlice<UInt8>, to a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32
    ) {
        var words: [UInt32] = [0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            words[index / 4] |= UInt32(byte) << UInt32(index % 4 * 8)
        }
        a &+= words[0]
        b &+= words[1]
        c &+= words[2]
    }

    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        for (first, second) in [(4, 6), (8, 16), (19, 4)] as [(UInt32, UInt32)] {
            a = (a &- c) ^ rotated(c, first)
            c &+= b
            b = (b &- a) ^ rotated(a, second)
            a &+= c
            (a, b, c) = (c, a, b)
        }
    }

    private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        c = (c ^ b) &- rotated(b, 14)
        a = (a ^ c) &- rotated(c, 11)
        b = (b ^ a) &- rotated(a, 25)
        c = (c ^ b) &- rotated(b, 16)
        a = (a ^ c) &- rotated(c, 4)
        b = (b ^ a) &- rotated(a, 14)
        c = (c ^ b) &- rotated(b, 24)
    }

    private static func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
        word << bits | word >> (32 - bits)
    }
}
