extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Reads an address strictly: dotted quads without leading zeros, RFC 4291 text for IPv6 (with or
    /// without `::` or a dotted-quad tail), no zone, no surrounding blanks.
    package init?(_ text: String) {
        self.init(utf8: text.utf8)
    }

    package init?(utf8 text: some Collection<UInt8>) {
        if text.contains(UInt8(ascii: ":")) {
            guard let words = Self.ipv6Words(Array(text)) else { return nil }
            var halves: (UInt64, UInt64) = (0, 0)
            for index in 0..<4 {
                halves.0 = halves.0 << 16 | UInt64(words[index])
                halves.1 = halves.1 << 16 | UInt64(words[index + 4])
            }
            self.init(ipv6: halves.0, halves.1)
        } else {
            guard let value = Self.ipv4Value(text) else { return nil }
            self.init(ipv4: value)
        }
    }

    /// In one pass and without a copy: a node reads as many as there are endpoints.
    private static func ipv4Value(_ text: some Collection<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var octets = 0
        var octet: UInt32 = 0
        var digits = 0
        for character in text {
            if character == UInt8(ascii: ".") {
                guard digits > 0, octets < 3 else { return nil }
                value = value << 8 | octet
                (octets, octet, digits) = (octets + 1, 0, 0)
            } else {
                // No zero leads, and no octet is more than 255.
                guard (0x30...0x39).contains(character), digits == 0 || octet > 0 else {
                    return nil
                }
                octet = octet * 10 + UInt32(character - 0x30)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        return octets == 3 && digits > 0 ? value << 8 | octet : nil
    }

    private static func ipv6Words(_ text: [UInt8]) -> [UInt16]? {
        let colon = UInt8(ascii: ":")
        var gap: Int?
        for index in text.indices.dropLast() where text[index] == colon && text[index + 1] == colon
        {
            guard gap == nil else { return nil }
            gap = index
        }
        guard let gap else {
            let words = ipv6Group(text[...])
            return words?.count == 8 ? words : nil
        }
        guard let head = ipv6Group(text[..<gap]), let tail = ipv6Group(text[(gap + 2)...]),
            head.count + tail.count <= 7
        else { return nil }
        // A dotted quad may only stand at the very end.
        guard !text[..<gap].contains(UInt8(ascii: ".")) else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func ipv6Group(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var words: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let quad = ipv4Value(part) else { return nil }
                words.append(UInt16(quad >> 16))
                words.append(UInt16(truncatingIfNeeded: quad))
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var word: UInt16 = 0
            for character in part {
                guard let digit = hexDigit(character) else { return nil }
                word = word << 4 | digit
            }
            words.append(word)
        }
        return words.count <= 8 ? words : nil
    }

    private static func hexDigit(_ character: UInt8) -> UInt16? {
        switch character {
        case 0x30...0x39: UInt16(character - 0x30)
        case 0x41...0x46: UInt16(character - 0x41 + 10)
        case 0x61...0x66: UInt16(character - 0x61 + 10)
        default: nil
        }
    }

    /// The canonical text: RFC 5952 for IPv6.
    package var description: String {
        if family == .ipv4 {
            return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        let words = (0..<8).map { index -> UInt16 in
            let half = index < 4 ? high : low
            return UInt16(truncatingIfNeeded: half >> (48 - 16 * (index & 3)))
        }
        if isIPv4Mapped {
            return "::ffff:\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        let hex = words.map { String($0, radix: 16) }
        guard let gap = Self.longestZeroRun(words) else { return hex.joined(separator: ":") }
        return hex[..<gap.lowerBound].joined(separator: ":") + "::"
            + hex[gap.upperBound...].joined(separator: ":")
    }

    private static func longestZeroRun(_ words: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < words.count {
            guard words[start] == 0 else {
                start += 1
                continue
            }
            var end = start
            while end < words.count, words[end] == 0 { end += 1 }
            if end - start > max(1, best?.count ?? 0) { best = start..<end }
            start = end
        }
        return best
    }
}
