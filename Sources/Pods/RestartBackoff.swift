/// How long a process that ended waits for its next start, as a kubelet does it: the first time not at all, then
/// 10 s, doubled each time up to 5 min; one that ran for 10 min begins anew.
struct RestartBackoff: Sendable {
    private(set) var restarts: Int64 = 0
    private var exponent = -1

    static let first = Duration.seconds(10)
    static let longest = Duration.seconds(300)
    static let reset = Duration.seconds(600)

    /// The delay after a process that ran for `duration`.
    mutating func delay(after duration: Duration) -> Duration {
        restarts += 1
        if duration >= Self.reset { exponent = -1 }
        exponent = min(exponent + 1, 6)
        return exponent == 0 ? .zero : min(Self.first * (1 << (exponent - 1)), Self.longest)
    }
}
