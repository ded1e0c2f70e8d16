/// Exponential delays between attempts that fail: `first`, then twice as long each time, at most `longest`.
package struct Backoff: Sendable, Equatable {
    package var first: Duration
    package var longest: Duration

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// What a Reflector waits between lists and watches that fail.
    package static let reflector = Backoff(first: .milliseconds(200), longest: .seconds(30))
    /// What a reconcile loop waits before it tries a key again.
    package static let reconcile = Backoff(first: .milliseconds(5), longest: .seconds(60))

    /// The delay before attempt `attempt` (1 is the first repetition). `jitter` in 0..<1 makes it up to half as
    /// long again, so that many that failed together do not come back together.
    package func delay(attempt: Int, jitter: Double = 0) -> Duration {
        var delay = first
        var left = attempt
        while left > 1, delay < longest {
            delay *= 2
            left -= 1
        }
        return min(delay, longest) * (1 + jitter / 2)
    }
}
