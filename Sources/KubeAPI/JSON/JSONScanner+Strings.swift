extension JSONScanner {
    /// Reads a string from its opening quote on.
    mutating func string() throws(JSONParseError) -> String {
        advance()
        let start = index
        let isASCII = try skipPlainBytes()
        guard bytes[index] == UInt8(ascii: "\"") else { return try escapedString(from: start) }
        let content = UnsafeBufferPointer(rebasing: bytes[start..<index])
        advance()
        return isASCII ? String(decoding: content, as: UTF8.self) : try text(content)
    }

    /// Walks to the next quote or backslash. Returns whether all bytes before it are ASCII.
    private mutating func skipPlainBytes() throws(JSONParseError) -> Bool {
        var nonASCII: UInt64 = 0
        while let word = nextWord() {
            let special = word.stringSpecials
            // In front of the first special byte everything is content.
            let length = special.trailingZeroBitCount / 8
            nonASCII |= length == 8 ? word : word & ((1 << UInt64(length * 8)) - 1)
            skip(bytes: length)
            guard length == 8 else { break }
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                return nonASCII & 0x8080_8080_8080_8080 == 0
            }
            guard byte >= 0x20 else { throw failure(.badString) }
            nonASCII |= UInt64(byte)
            advance()
        }
        throw failure(.unexpectedEnd)
    }

    private func text(_ content: some Collection<UInt8>) throws(JSONParseError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw failure(.badUTF8)
        }
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var buffer = Array(bytes[start..<index])
        while true {
            if bytes[index] == UInt8(ascii: "\"") {
                advance()
                return try text(buffer)
            }
            advance()
            try escape(into: &buffer)
            let plain = index
            _ = try skipPlainBytes()
            buffer += bytes[plain..<index]
        }
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONParseError) {
        guard !isAtEnd else { throw failure(.unexpectedEnd) }
        let character = bytes[index]
        switch character {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(character)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            advance()
            buffer += Array(String(Character(try unicodeScalar())).utf8)
            return
        default: throw failure(.badEscape)
        }
        advance()
    }

    /// A lone surrogate becomes U+FFFD, as in Go.
    private mutating func unicodeScalar() throws(JSONParseError) -> Unicode.Scalar {
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let mark = self
        skip(bytes: 2)
        let second = try hexUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else {
            self = mark
            return "\u{FFFD}"
        }
        return scalar
    }

    private mutating func hexUnit() throws(JSONParseError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard !isAtEnd else { throw failure(.unexpectedEnd) }
            let byte = bytes[index]
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt32(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt32(byte - 0x41 + 10)
            case 0x61...0x66: unit = unit << 4 | UInt32(byte - 0x61 + 10)
            default: throw failure(.badEscape)
            }
            advance()
        }
        return unit
    }
}

extension UInt64 {
    /// Eight bytes of a string at once, the first in the low bits: the high bit of the lowest byte that is a quote,
    /// a backslash or a control character is set, and no bit below it; 0 if there is none.
    var stringSpecials: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let quotes = self ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let slashes = self ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (self &- (ones &* 0x20)) & ~self
        return (((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | controls) & tops
    }
}
