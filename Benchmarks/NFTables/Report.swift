import Glibc

/// Rows of a Markdown table.
enum Report {
    static func header(_ columns: String...) {
        print("\n| \(columns.joined(separator: " | ")) |")
        print("|\(String(repeating: "---|", count: columns.count))")
    }

    static func row(_ cells: String...) {
        print("| \(cells.joined(separator: " | ")) |")
        // Whoever reads sees it when it is known.
        fflush(nil)
    }

    /// Three digits that count, as far as there are so many.
    static func number(_ value: Double) -> String {
        let factor = abs(value) >= 100 ? 1.0 : abs(value) >= 10 ? 10.0 : 1000.0
        let rounded = (value * factor).rounded() / factor
        return factor == 1 ? "\(Int(rounded))" : "\(rounded)"
    }

    /// A value beside the most it should be.
    static func goal(_ value: Double, atMost goal: Double, _ unit: String) -> String {
        "\(value <= goal ? "met" : "missed"): ≤ \(number(goal))\(unit)"
    }

    static func goal(_ value: Double, atLeast goal: Double) -> String {
        "\(value >= goal ? "met" : "missed"): ≥ \(number(goal))"
    }
}

extension [Double] {
    /// The value that a share of all does not exceed.
    func percentile(_ share: Double) -> Double {
        let sorted = sorted()
        return sorted[Swift.min(count - 1, Int(Double(count) * share))]
    }

    var median: Double { percentile(0.5) }
}
