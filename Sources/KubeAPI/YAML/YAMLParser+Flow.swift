// Flow style: `[a, b]` and `{a: b}`, over as many lines as it takes.
extension YAMLParser {
    mutating func flow() throws(YAMLError) -> JSON {
        try descend()
        defer { ascend() }
        let properties = try properties()
        scanner.skipToContent()
        let value: JSON
        switch scanner.current {
        case UInt8(ascii: "["): value = try flowSequence()
        case UInt8(ascii: "{"): value = try flowMapping()
        case UInt8(ascii: "*"): value = try alias()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): value = .string(try quoted())
        case nil: throw scanner.failure("did not find expected ',' or ']'")
        default: value = Self.resolve(flowPlain(), tag: properties.tag)
        }
        return try finish(value, properties)
    }

    private mutating func flowSequence() throws(YAMLError) -> JSON {
        scanner.advance()
        var elements: [JSON] = []
        while true {
            scanner.skipToContent()
            if scanner.consume(UInt8(ascii: "]")) { return .array(elements) }
            let line = scanner.line
            let element = try flow()
            scanner.skipToContent()
            if scanner.consume(UInt8(ascii: ":")) {
                // A pair stands for a mapping of one.
                var members = MappingMembers()
                add(element, try flowValue(), line, false, to: &members)
                elements.append(members.json)
            } else {
                elements.append(element)
            }
            try separator(UInt8(ascii: "]"))
        }
    }

    private mutating func flowMapping() throws(YAMLError) -> JSON {
        scanner.advance()
        var members = MappingMembers()
        while true {
            scanner.skipToContent()
            if scanner.consume(UInt8(ascii: "}")) { return members.json }
            let line = scanner.line
            let isMerge = scanner.isAtMergeKey
            let key = try flow()
            scanner.skipToContent()
            let value: JSON = scanner.consume(UInt8(ascii: ":")) ? try flowValue() : .null
            add(key, value, line, isMerge, to: &members)
            try separator(UInt8(ascii: "}"))
        }
    }

    /// What follows the colon of a pair; nothing is null.
    private mutating func flowValue() throws(YAMLError) -> JSON {
        scanner.skipToContent()
        switch scanner.current {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): return .null
        default: return try flow()
        }
    }

    private mutating func separator(_ end: UInt8) throws(YAMLError) {
        scanner.skipToContent()
        if scanner.consume(UInt8(ascii: ",")) || scanner.current == end { return }
        let close = end == UInt8(ascii: "]") ? "]" : "}"
        throw scanner.failure("did not find expected ',' or '\(close)'")
    }

    static func isFlowIndicator(_ byte: UInt8?) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"):
            true
        default: false
        }
    }

    /// A plain scalar that ends at an indicator; its lines are joined by blanks.
    private mutating func flowPlain() -> String {
        var words: [String] = []
        while true {
            let start = scanner.position
            var end = scanner
            while let byte = scanner.current, !YAMLScanner.isLineEnd(byte) {
                if Self.isFlowIndicator(byte) { break }
                let next = scanner.peek(1)
                if byte == UInt8(ascii: ":"),
                    YAMLScanner.isBreak(next) || Self.isFlowIndicator(next)
                {
                    break
                }
                if byte == UInt8(ascii: "#"), end.position < scanner.position { break }
                scanner.advance()
                if !YAMLScanner.isBreak(byte) { end = scanner }
            }
            scanner = end
            if scanner.position > start { words.append(scanner.text(from: start)) }
            scanner.skipBlanks()
            guard scanner.isAtLineEnd, !scanner.isAtEnd else { break }
            scanner.skipToContent()
            let isOver =
                Self.isFlowIndicator(scanner.current)
                || scanner.isAt(UInt8(ascii: ":"), followedByBreak: true)
            if isOver { break }
        }
        return words.joined(separator: " ")
    }
}
