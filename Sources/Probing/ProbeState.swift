package import KubeAPI

/// When a container's readiness probe runs next, and what its answers mean: a pure state machine, to which the
/// caller says what time it is (a monotonic reading, as `TimeSource.now` gives it).
///
/// Kubernetes' rules (v1 Probe): the first run comes `initialDelaySeconds` after the start, then one every
/// `periodSeconds`; `failureThreshold` failures in a row turn ready into not ready, `successThreshold` successes
/// in a row turn it back. A container is not ready before its first success.
package struct ProbeState: Sendable {
    package let initialDelay: Duration
    package let period: Duration
    package let timeout: Duration
    package let successThreshold: Int
    package let failureThreshold: Int

    package private(set) var isReady = false
    /// When the next run is due; a caller that is late runs it at once.
    package private(set) var nextRun: Duration
    /// Successes in a row, negative for failures in a row.
    private var streak = 0

    /// Values below Kubernetes' minimum count as the minimum.
    package init(_ probe: Probe, startedAt start: Duration) {
        initialDelay = .seconds(max(0, probe.initialDelaySeconds))
        period = .seconds(max(1, probe.periodSeconds))
        timeout = .seconds(max(1, probe.timeoutSeconds))
        successThreshold = Int(clamping: max(1, probe.successThreshold))
        failureThreshold = Int(clamping: max(1, probe.failureThreshold))
        nextRun = start + initialDelay
    }

    /// Takes the answer of a run that ended at `now`; true if readiness changed.
    package mutating func record(_ result: ProbeResult, at now: Duration) -> Bool {
        // Runs keep their rhythm; those missed during a slow run are not made up for.
        nextRun += period
        if nextRun < now { nextRun = now }
        let before = isReady
        switch result {
        case .success:
            streak = max(0, streak) + 1
            if streak >= successThreshold { isReady = true }
        case .failure, .unsupported:
            streak = min(0, streak) - 1
            if -streak >= failureThreshold { isReady = false }
        }
        // A streak that has had its effect need not grow further.
        streak = min(max(streak, -failureThreshold), successThreshold)
        return isReady != before
    }

    /// The process was started anew: not ready, and the delay begins again. True if readiness changed.
    package mutating func restart(at now: Duration) -> Bool {
        defer {
            isReady = false
            streak = 0
            nextRun = now + initialDelay
        }
        return isReady
    }
}

/// The answer of one run of a probe.
package enum ProbeResult: Equatable, Sendable {
    case success
    /// What went wrong, in words fit for an Event.
    case failure(String)
    /// A kind of probe that is not run here; counts as a failure.
    case unsupported(String)
}
