/// Turns many pieces of news into few looks: one when it has been quiet for a moment, and one at the latest a while
/// after the first piece. Time is passed in, in nanoseconds of any clock.
struct Debounce {
    let quiet: UInt64
    let longest: UInt64
    /// When the first piece came that nobody has looked at; nil: there is none.
    private var first: UInt64?
    private var last: UInt64 = 0

    init(quiet: Duration, longest: Duration) {
        self.quiet = quiet.wholeNanoseconds
        self.longest = longest.wholeNanoseconds
    }

    mutating func news(at now: UInt64) {
        if first == nil { first = now }
        last = now
    }

    /// When to look; nil: nothing has come.
    var due: UInt64? { first.map { min(last + quiet, $0 + longest) } }

    /// True when the time to look has come; then everything counts as seen.
    mutating func take(at now: UInt64) -> Bool {
        guard let due, due <= now else { return false }
        first = nil
        return true
    }
}
