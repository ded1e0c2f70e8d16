import ArgumentParser

/// A span of time as people write it: `24h`, `7d`, `1h30m`, `90s`.
struct Lifetime: Equatable, Sendable, ExpressibleByArgument {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    /// nil for what is not one or more numbers with a unit each, and for no time at all.
    init?(argument: String) {
        var total: Int64 = 0
        var digits = ""
        for character in argument {
            if ("0"..."9").contains(character) {
                digits.append(character)
                continue
            }
            guard let unit = Self.units[character], let number = Int64(digits) else { return nil }
            let (part, isTooLong) = number.multipliedReportingOverflow(by: unit)
            let (sum, isTooLongTogether) = total.addingReportingOverflow(part)
            guard !isTooLong, !isTooLongTogether else { return nil }
            total = sum
            digits = ""
        }
        guard digits.isEmpty, total > 0 else { return nil }
        seconds = total
    }

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
}
