extension LabelSelector {
    /// Reads the URL syntax. Keys and values must be what labels may be; everything else is a `badRequest` with
    /// the words of kube-apiserver.
    package init(parsing text: String) throws(Status) {
        var parser = LabelSelectorParser(tokens: LabelSelectorToken.scan(text))
        requirements = try parser.requirements()
    }
}

/// A word or a sign of a label selector.
enum LabelSelectorToken: Equatable {
    case word(String)
    case sign(String)
    case end

    var text: String {
        switch self {
        case .word(let text), .sign(let text): text
        case .end: ""
        }
    }

    private static let signs: Set<UInt8> = Set("=!(),><".utf8)
    private static let blanks: Set<UInt8> = Set(" \t\r\n".utf8)

    static func scan(_ text: String) -> [LabelSelectorToken] {
        var tokens: [LabelSelectorToken] = []
        var rest = text.utf8[...]
        while let byte = rest.first {
            if blanks.contains(byte) {
                rest = rest.dropFirst()
            } else if signs.contains(byte) {
                let double = rest.dropFirst().first == UInt8(ascii: "=")
                let length =
                    double && (byte == UInt8(ascii: "=") || byte == UInt8(ascii: "!")) ? 2 : 1
                tokens.append(.sign(String(decoding: rest.prefix(length), as: UTF8.self)))
                rest = rest.dropFirst(length)
            } else {
                let word = rest.prefix { !signs.contains($0) && !blanks.contains($0) }
                tokens.append(.word(String(decoding: word, as: UTF8.self)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }
}

/// Reads requirements from the tokens of a label selector.
private struct LabelSelectorParser {
    private var rest: ArraySlice<LabelSelectorToken>

    init(tokens: [LabelSelectorToken]) { rest = tokens[...] }

    private var next: LabelSelectorToken { rest.first ?? .end }

    private mutating func take() -> LabelSelectorToken { rest.popFirst() ?? .end }

    private mutating func skip(_ sign: String) -> Bool {
        guard next == .sign(sign) else { return false }
        rest.removeFirst()
        return true
    }

    private func unexpected(_ expected: String) -> Status {
        .badRequest("found '\(next.text)', expected: \(expected)")
    }

    mutating func requirements() throws(Status) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        if next == .end { return [] }
        switch next {
        case .word, .sign("!"): break
        case .sign, .end: throw unexpected("!, identifier, or 'end of string'")
        }
        while true {
            do throws(Status) {
                requirements.append(try requirement())
            } catch {
                throw .badRequest("unable to parse requirement: \(error.message)")
            }
            if next == .end { return requirements }
            guard skip(",") else { throw unexpected("',' or 'end of string'") }
            switch next {
            case .word, .sign("!"): continue
            case .sign, .end: throw unexpected("identifier after ','")
            }
        }
    }

    private mutating func requirement() throws(Status) -> LabelSelector.Requirement {
        let negated = skip("!")
        let key = try word()
        try check(Names.labelKeyErrors(key), key)
        if next == .end || next == .sign(",") {
            return .init(key: key, condition: negated ? .doesNotExist : .exists)
        }
        if negated { throw unexpected("',' or 'end of string'") }
        return .init(key: key, condition: try condition(key))
    }

    private mutating func condition(_ key: String) throws(Status) -> LabelSelector.Condition {
        switch next {
        case .sign("="), .sign("=="):
            rest.removeFirst()
            return .isIn([try exactValue()])
        case .sign("!="):
            rest.removeFirst()
            return .isNotIn([try exactValue()])
        case .sign(">"):
            rest.removeFirst()
            return .greater(try bound())
        case .sign("<"):
            rest.removeFirst()
            return .less(try bound())
        case .word("in"):
            rest.removeFirst()
            return .isIn(try values())
        case .word("notin"):
            rest.removeFirst()
            return .isNotIn(try values())
        case .word, .sign, .end:
            throw unexpected("in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func word() throws(Status) -> String {
        guard case .word(let text) = next else { throw unexpected("identifier") }
        rest.removeFirst()
        return text
    }

    private mutating func exactValue() throws(Status) -> String {
        if next == .end || next == .sign(",") { return "" }
        let value = try word()
        try check(Names.labelValueErrors(value), value)
        return value
    }

    private mutating func bound() throws(Status) -> Int64 {
        let text = try word()
        guard let value = Int64(text) else {
            throw .badRequest(
                "values[0]: Invalid value: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer"
            )
        }
        return value
    }

    /// `(a,b)`; an empty place between the commas is the empty value. Sorted, without repeats.
    private mutating func values() throws(Status) -> [String] {
        guard skip("(") else { throw unexpected("'('") }
        var values: Set<String> = []
        while true {
            if case .word(let text) = next {
                rest.removeFirst()
                try check(Names.labelValueErrors(text), text)
                values.insert(text)
            } else {
                values.insert("")
            }
            if skip(")") { return values.sorted() }
            guard skip(",") else { throw unexpected("',' or ')'") }
        }
    }

    private func check(_ errors: [String], _ text: String) throws(Status) {
        guard !errors.isEmpty else { return }
        throw .badRequest("Invalid value: \"\(text)\": \(errors.joined(separator: "; "))")
    }
}
