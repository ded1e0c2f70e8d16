/// Spans of time as kubectl prints them: exact when short, rough when long.
enum Age {
    /// Such as `5d3h`; `<unknown>` for a value that is no time.
    static func text(since time: JSON?, now: Timestamp) -> String {
        guard let start = time?.string.flatMap(Timestamp.init) else { return "<unknown>" }
        let (span, overflow) = now.secondsSinceEpoch.subtractingReportingOverflow(
            start.secondsSinceEpoch)
        return overflow ? "<invalid>" : text(seconds: span)
    }

    static func text(seconds: Int64) -> String {
        let minutes = seconds / 60
        let hours = minutes / 60
        let days = hours / 24
        switch seconds {
        case ..<(-1): return "<invalid>"
        case ..<0: return "0s"
        case ..<120: return "\(seconds)s"
        case ..<(10 * minute): return pair(minutes, "m", seconds % 60, "s")
        case ..<(3 * hour): return "\(minutes)m"
        case ..<(8 * hour): return pair(hours, "h", minutes % 60, "m")
        case ..<(2 * day): return "\(hours)h"
        case ..<(8 * day): return pair(days, "d", hours % 24, "h")
        case ..<(2 * year): return "\(days)d"
        case ..<(8 * year): return pair(days / 365, "y", days % 365, "d")
        case _: return "\(days / 365)y"
        }
    }

    private static let minute: Int64 = 60
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400
    private static let year: Int64 = 365 * 86_400

    private static func pair(_ large: Int64, _ a: String, _ small: Int64, _ b: String) -> String {
        small == 0 ? "\(large)\(a)" : "\(large)\(a)\(small)\(b)"
    }
}
