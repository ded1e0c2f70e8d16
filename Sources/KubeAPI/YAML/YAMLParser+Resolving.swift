extension YAMLParser {
    private static let words: [String: JSON] = {
        var words: [String: JSON] = ["": .null, "~": .null]
        for word in ["null", "Null", "NULL"] { words[word] = .null }
        for word in ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"] {
            words[word] = true
        }
        for word in ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"] {
            words[word] = false
        }
        return words
    }()

    /// What a plain scalar is: null, a boolean, a number or a text.
    static func resolve(_ text: String, tag: String?) -> JSON {
        if tag == "!!str" || tag == "!" { return .string(text) }
        if let word = words[text] { return word }
        guard let first = text.utf8.first,
            (0x30...0x39).contains(first) || "+-.".utf8.contains(first)
        else { return .string(text) }
        if let integer = integer(text) { return .integer(integer) }
        if isNumber(text), let number = Double(text) { return .double(number) }
        return .string(text)
    }

    /// Decimal, or with the prefixes 0x, 0o, 0b and the old 0 of octal numbers; `_` may part the digits.
    private static func integer(_ text: String) -> Int64? {
        var digits = Substring(text.filter { $0 != "_" })
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        guard digits.first?.isASCII == true, digits.first?.isNumber == true else { return nil }
        let prefixes = [
            ("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2), ("0", 8),
        ]
        var radix = 10
        if let (prefix, base) = prefixes.first(where: { digits.hasPrefix($0.0) }),
            digits.count > prefix.count
        {
            radix = base
            digits = digits.dropFirst(prefix.count)
            guard digits.first != "-", digits.first != "+" else { return nil }
        }
        return Int64((isNegative ? "-" : "") + digits, radix: radix)
    }

    /// `[-+]? (. digits | digits [. digits?]) ([eE] [-+]? digits)?`
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func skip(_ bytes: String) -> Bool {
            guard let first = rest.first, bytes.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("+-")
        let whole = digits()
        let fraction = skip(".") ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if skip("eE") {
            _ = skip("+-")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
