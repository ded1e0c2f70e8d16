/// Spans of time as Go writes them, such as `1m30s`, `1.5h` or `0`: what Kubernetes' clients send.
enum GoDuration {
    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9),
        ("h", 3600e9),
    ]

    /// nil for what is no duration, and for one beyond 292 years.
    static func nanoseconds(_ text: String) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { return nil }
        var sum = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { isDigit($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !isDigit($0) && $0 != "." }
            rest = rest.dropFirst(name.count)
            guard let value = number(digits), let unit = units.first(where: { $0.name == name })
            else { return nil }
            sum += value * unit.nanoseconds
        }
        return Int64(exactly: (isNegative ? -sum : sum).rounded())
    }

    /// Go allows `.5` and `5.`, and no exponent.
    private static func number(_ digits: Substring) -> Double? {
        guard digits.contains(where: isDigit) else { return nil }
        return Double("0" + digits + (digits.contains(".") ? "0" : ""))
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
