/// Times in nanoseconds, sorted.
struct Times: CustomStringConvertible {
    private let sorted: [UInt64]

    init(_ times: [UInt64]) { sorted = times.sorted() }

    func microseconds(at share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
    }

    var count: Int { sorted.count }

    var description: String {
        [("p50", 0.5), ("p99", 0.99), ("max", 1)].map { name, share in
            let value = microseconds(at: share)
            return value < 10_000
                ? "\(name) \(Int(value)) µs" : "\(name) \((value / 100).rounded() / 10) ms"
        }.joined(separator: "  ")
    }
}
