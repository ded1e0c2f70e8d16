/// Decimal numbers with a unit, such as `100m`, `1.5Gi` or `2e3`.
enum Quantity {
    /// Whether the text is a number, followed by nothing, a unit or an exponent.
    static func isValid(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        let digits = { (0x30...0x39).contains($0 as UInt8) }
        let whole = rest.prefix(while: digits).count
        rest.removeFirst(whole)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix(while: digits).count
            rest.removeFirst(fraction)
        }
        guard whole + fraction > 0 else { return false }
        return units.contains(String(decoding: rest, as: UTF8.self)) || isExponent(rest)
    }

    private static let units: Set<String> = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ]

    private static func isExponent(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first.map({ $0 | 0x20 == UInt8(ascii: "e") }) == true else { return false }
        var digits = text.dropFirst()
        if digits.first == UInt8(ascii: "+") || digits.first == UInt8(ascii: "-") {
            digits.removeFirst()
        }
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
