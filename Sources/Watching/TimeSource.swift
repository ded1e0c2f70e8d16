package import KubeAPI

/// Time as the control plane sees it: a monotonic reading, a sleep and the wall clock. Tests pass a manual one.
package struct TimeSource: Sendable {
    /// A monotonic reading since a fixed but arbitrary point.
    package var now: @Sendable () -> Duration
    /// Returns after at least that long; throws `CancellationError` when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// The wall clock, as the time since 1970-01-01T00:00:00Z.
    package var sinceEpoch: @Sendable () -> Duration

    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        sinceEpoch: @escaping @Sendable () -> Duration
    ) {
        self.now = now
        self.sleep = sleep
        self.sinceEpoch = sinceEpoch
    }
}

extension TimeSource {
    /// The time of this machine. The wall clock comes from the caller: the standard library has none.
    package static func machine(
        sinceEpoch: @escaping @Sendable () -> Duration
    ) -> TimeSource {
        let start = ContinuousClock.now
        return TimeSource(
            now: { ContinuousClock.now - start },
            sleep: { try await Task.sleep(for: $0) },
            sinceEpoch: sinceEpoch)
    }

    /// The wall clock in the whole seconds of the API.
    package var timestamp: Timestamp {
        Timestamp(secondsSinceEpoch: sinceEpoch().components.seconds)
    }
}
