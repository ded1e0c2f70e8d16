extension YAMLParser {
    // MARK: Plain

    /// Whether a key of a mapping begins here: a scalar on this line that a colon and a break follow. nil where
    /// the line cannot be read that far.
    func keyFollows() -> Bool? {
        var ahead = self
        switch scanner.current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let line = scanner.line
            guard (try? ahead.quoted()) != nil, ahead.scanner.line == line else { return nil }
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: ">"),
            UInt8(ascii: "#"):
            return false
        case UInt8(ascii: "*"):
            while !YAMLScanner.isBreak(ahead.scanner.current) { ahead.scanner.advance() }
        case UInt8(ascii: "&"), UInt8(ascii: "!"):
            guard (try? ahead.properties()) != nil else { return nil }
            return ahead.scanner.isAtLineEnd ? false : ahead.keyFollows()
        default: _ = ahead.plainKey()
        }
        ahead.scanner.skipBlanks()
        return ahead.scanner.isAt(UInt8(ascii: ":"), followedByBreak: true)
    }

    /// A plain scalar on one line, up to a colon, a comment or the end; blanks after it are not read.
    mutating func plainKey() -> String {
        let start = scanner.position
        var end = scanner
        while let byte = scanner.current, !YAMLScanner.isLineEnd(byte) {
            if byte == UInt8(ascii: ":"), YAMLScanner.isBreak(scanner.peek(1)) { break }
            if byte == UInt8(ascii: "#"), scanner.position > end.position { break }
            scanner.advance()
            if !YAMLScanner.isBreak(byte) { end = scanner }
        }
        scanner = end
        return scanner.text(from: start)
    }

    /// A plain scalar with the lines that go on with it: deeper than `parent`. A line break is a blank, an empty
    /// line a line break.
    mutating func plain(parent: Int) throws(YAMLError) -> String {
        if let byte = scanner.current, "%@`,]}".utf8.contains(byte) {
            throw scanner.failure("found character that cannot start any token")
        }
        if scanner.column > 0, scanner.peek(-1) == UInt8(ascii: "\t"), scanner.isFirstOfLine {
            throw scanner.failure("found character that cannot start any token")
        }
        var text = plainKey()
        while true {
            var ahead = scanner
            ahead.skipBlanks()
            if ahead.isAt(UInt8(ascii: ":"), followedByBreak: true) {
                throw scanner.failure("mapping values are not allowed in this context")
            }
            guard ahead.isAtLineEnd, !ahead.isAtEnd else { return text }
            var breaks = 0
            while ahead.isAtLineEnd, !ahead.isAtEnd {
                ahead.skipLineBreak()
                breaks += 1
                ahead.skipBlanks()
            }
            let isOver = ahead.isAtEnd || ahead.column <= parent || ahead.isAtDocumentMark
            if isOver || ahead.current == UInt8(ascii: "#") { return text }
            scanner = ahead
            text += breaks == 1 ? " " : String(repeating: "\n", count: breaks - 1)
            text += plainKey()
        }
    }

    // MARK: Quoted

    mutating func quoted() throws(YAMLError) -> String {
        try scanner.current == UInt8(ascii: "'") ? singleQuoted() : doubleQuoted()
    }

    private mutating func singleQuoted() throws(YAMLError) -> String {
        scanner.advance()
        var bytes: [UInt8] = []
        while let byte = scanner.current {
            if byte == UInt8(ascii: "'") {
                scanner.advance()
                guard scanner.consume(UInt8(ascii: "'")) else {
                    return String(decoding: bytes, as: UTF8.self)
                }
                bytes.append(byte)
            } else if YAMLScanner.isLineEnd(byte) {
                fold(&bytes)
            } else {
                bytes.append(byte)
                scanner.advance()
            }
        }
        throw scanner.failure("found unexpected end of stream")
    }

    private mutating func doubleQuoted() throws(YAMLError) -> String {
        scanner.advance()
        var bytes: [UInt8] = []
        // What an escape made is no blank that a line break takes away.
        var fixed = 0
        while let byte = scanner.current {
            switch byte {
            case UInt8(ascii: "\""):
                scanner.advance()
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                scanner.advance()
                if scanner.isAtLineEnd {
                    scanner.skipLineBreak()
                    scanner.skipBlanks()
                } else {
                    bytes += String(try escaped()).utf8
                }
                fixed = bytes.count
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): fold(&bytes, keeping: fixed)
            default:
                bytes.append(byte)
                scanner.advance()
            }
        }
        throw scanner.failure("found unexpected end of stream")
    }

    /// A line break inside quotes: a blank; empty lines after it are line breaks.
    private mutating func fold(_ bytes: inout [UInt8], keeping fixed: Int = 0) {
        while bytes.count > fixed, let last = bytes.last,
            last == UInt8(ascii: " ") || last == UInt8(ascii: "\t")
        {
            bytes.removeLast()
        }
        var breaks = 0
        while scanner.isAtLineEnd, !scanner.isAtEnd {
            scanner.skipLineBreak()
            breaks += 1
            scanner.skipBlanks()
        }
        bytes +=
            breaks == 1
            ? [UInt8(ascii: " ")] : [UInt8](repeating: UInt8(ascii: "\n"), count: breaks - 1)
    }

    private static let escapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "0"): "\u{0}", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}",
        UInt8(ascii: "t"): "\t", UInt8(ascii: "\t"): "\t", UInt8(ascii: "n"): "\n",
        UInt8(ascii: "v"): "\u{B}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "r"): "\r",
        UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: " "): " ", UInt8(ascii: "\""): "\"",
        UInt8(ascii: "/"): "/", UInt8(ascii: "\\"): "\\", UInt8(ascii: "N"): "\u{85}",
        UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]

    private mutating func escaped() throws(YAMLError) -> Unicode.Scalar {
        guard let byte = scanner.current else {
            throw scanner.failure("found unexpected end of stream")
        }
        scanner.advance()
        switch byte {
        case UInt8(ascii: "x"): return try scalar(digits: 2)
        case UInt8(ascii: "u"): return try scalar(digits: 4)
        case UInt8(ascii: "U"): return try scalar(digits: 8)
        default:
            guard let scalar = Self.escapes[byte] else {
                throw scanner.failure("found unknown escape character")
            }
            return scalar
        }
    }

    private mutating func scalar(digits: Int) throws(YAMLError) -> Unicode.Scalar {
        let start = scanner.position
        for _ in 0..<digits where !scanner.isAtLineEnd { scanner.advance() }
        let text = scanner.text(from: start)
        guard text.utf8.count == digits, let value = UInt32(text, radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw scanner.failure("found invalid Unicode character escape code") }
        return scalar
    }
}

extension YAMLScanner {
    /// Only blanks stand before this place on its line.
    fileprivate var isFirstOfLine: Bool {
        (1...max(1, column)).allSatisfy { Self.isBreak(peek(-$0)) }
    }
}
