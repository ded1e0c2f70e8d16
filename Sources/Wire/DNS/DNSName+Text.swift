extension DNS.Name: CustomStringConvertible, LosslessStringConvertible {
    /// Reads `www.example.org` with or without the final dot; `\.` and `\046` stand for bytes that the text's form
    /// would not allow (RFC 1035 5.1). nil where labels are empty or too long.
    package init?(_ text: String) {
        if text == "." {
            self = .root
            return
        }
        var labels: [[UInt8]] = [[]]
        var bytes = text.utf8[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "."): labels.append([])
            case UInt8(ascii: "\\"):
                guard let escaped = Self.escaped(&bytes) else { return nil }
                labels[labels.count - 1].append(escaped)
            default: labels[labels.count - 1].append(byte)
            }
        }
        if labels.last?.isEmpty == true { labels.removeLast() }
        guard !labels.isEmpty else { return nil }
        self.init(labels: labels)
    }

    /// The byte that is meant behind a backslash.
    private static func escaped(_ bytes: inout Substring.UTF8View) -> UInt8? {
        guard let first = bytes.popFirst() else { return nil }
        guard (0x30...0x39).contains(first) else { return first }
        var value = Int(first - 0x30)
        for _ in 0..<2 {
            guard let digit = bytes.popFirst(), (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return UInt8(exactly: value)
    }

    /// `www.example.org.`, with the final dot.
    package var description: String {
        isRoot ? "." : labels.map { Self.text(of: $0) + "." }.joined()
    }

    private static func text(of label: ArraySlice<UInt8>) -> String {
        label.map { byte in
            switch byte {
            case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""):
                "\\" + String(UnicodeScalar(byte))
            case 0x21...0x7E: String(UnicodeScalar(byte))
            default: "\\" + String(String(1000 + Int(byte)).dropFirst())
            }
        }.joined()
    }
}
