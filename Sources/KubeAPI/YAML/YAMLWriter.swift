extension JSON {
    /// The value as a YAML document, members in the order of their keys: what Kubernetes answers for
    /// `application/yaml`.
    package var yaml: [UInt8] {
        var writer = YAMLWriter()
        writer.write(self)
        return Array(writer.text.utf8)
    }
}

/// Writes block style, two blanks deeper for every level; lists stand as deep as their keys.
private struct YAMLWriter {
    private(set) var text = ""

    mutating func write(_ value: JSON) {
        switch value {
        case .object(let members) where !members.isEmpty: write(members, 0, isContinued: false)
        case .array(let elements) where !elements.isEmpty: write(elements, 0, isContinued: false)
        case .null, .bool, .integer, .double, .string, .array, .object:
            writeScalar(value, 0)
            text += "\n"
        }
    }

    /// - Parameter isContinued: the first member follows a dash on its line.
    private mutating func write(_ members: JSONObject, _ indent: Int, isContinued: Bool) {
        var isContinued = isContinued
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            if !isContinued { pad(indent) }
            isContinued = false
            writeString(key, indent, isKey: true)
            text += ":"
            switch value {
            case .object(let members) where !members.isEmpty:
                text += "\n"
                write(members, indent + 2, isContinued: false)
            case .array(let elements) where !elements.isEmpty:
                text += "\n"
                write(elements, indent, isContinued: false)
            case .null, .bool, .integer, .double, .string, .array, .object:
                text += " "
                writeScalar(value, indent)
                text += "\n"
            }
        }
    }

    private mutating func write(_ elements: [JSON], _ indent: Int, isContinued: Bool) {
        var isContinued = isContinued
        for element in elements {
            if !isContinued { pad(indent) }
            isContinued = false
            text += "- "
            switch element {
            case .object(let members) where !members.isEmpty:
                write(members, indent + 2, isContinued: true)
            case .array(let elements) where !elements.isEmpty:
                write(elements, indent + 2, isContinued: true)
            case .null, .bool, .integer, .double, .string, .array, .object:
                writeScalar(element, indent)
                text += "\n"
            }
        }
    }

    private mutating func pad(_ indent: Int) {
        text += String(repeating: " ", count: indent)
    }

    private mutating func writeScalar(_ value: JSON, _ indent: Int) {
        switch value {
        case .string(let string): writeString(string, indent, isKey: false)
        case .null, .bool, .integer, .double, .array, .object:
            text += String(decoding: value.encoded(), as: UTF8.self)
        }
    }

    private mutating func writeString(_ string: String, _ indent: Int, isKey: Bool) {
        if Self.isPlain(string) {
            text += string
        } else if !isKey, Self.isBlock(string) {
            writeBlock(string, indent)
        } else {
            writeQuoted(string)
        }
    }

    /// In double quotes; what other readers take for the end of a line is escaped.
    private mutating func writeQuoted(_ string: String) {
        let quoted = String(decoding: JSON.string(string).encoded(), as: UTF8.self)
        for scalar in quoted.unicodeScalars {
            switch scalar {
            case "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Several lines, each as it is.
    private mutating func writeBlock(_ string: String, _ indent: Int) {
        let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
        let trailing = lines.reversed().prefix { $0.isEmpty }.count
        text += trailing == 0 ? "|-" : trailing == 1 ? "|" : "|+"
        for line in lines.prefix(lines.count - min(trailing, 1)) {
            text += "\n"
            if !line.isEmpty { text += String(repeating: " ", count: indent + 2) + line }
        }
    }

    /// Lines of printable characters, of which none begins with a blank.
    private static func isBlock(_ string: String) -> Bool {
        guard string.contains("\n"), string.first != "\n" else { return false }
        let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.allSatisfy { $0.first != " " && $0.first != "\t" }
            && string.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }
    }

    /// Whether the text is read back as it is without quotes.
    private static func isPlain(_ string: String) -> Bool {
        guard let first = string.utf8.first, let last = string.utf8.last,
            !"-?:,[]{}#&*!|>'\"%@` ".utf8.contains(first), last != UInt8(ascii: " "),
            last != UInt8(ascii: ":"), !string.contains(": "), !string.contains(" #"),
            string.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            string != "<<", string != "="
        else { return false }
        return YAMLParser.resolve(string, tag: nil) == .string(string) && !isDate(string)
    }

    /// Other readers take texts that look like a date or a time for one.
    private static func isDate(_ string: String) -> Bool {
        if string.utf8.allSatisfy({ "0123456789:+-._".utf8.contains($0) }), string.contains(":") {
            return true
        }
        let digits = string.utf8.prefix(5)
        return digits.count == 5 && digits.last == UInt8(ascii: "-")
            && digits.dropLast().allSatisfy { (0x30...0x39).contains($0) }
    }
}
