package import KubeAPI

/// Decides what a Reflector does next. It has no clock and no connection: every method says what happened, every
/// answer is the one thing to do now.
package struct ReflectorStateMachine: Sendable {
    package enum Action: Equatable, Sendable {
        case list
        case watch(since: ResourceVersion)
        /// Wait that long, then call `waited`.
        case wait(Duration)
    }

    private enum Phase: Equatable {
        case listing
        /// The next watch begins at the version.
        case watching(ResourceVersion)
    }

    private var phase = Phase.listing
    private var failures = 0
    private let backoff: Backoff

    /// A watch that lives at least this long counts as a success, also without an event.
    package static let healthyWatch = Duration.seconds(1)

    package init(backoff: Backoff = .reflector) {
        self.backoff = backoff
    }

    package func start() -> Action { action }

    /// A list was answered.
    package mutating func listed(at version: ResourceVersion) -> Action {
        phase = .watching(version)
        return action
    }

    /// A list failed, or its answer could not be read.
    package mutating func listFailed(jitter: Double) -> Action {
        phase = .listing
        return retreat(jitter)
    }

    /// The watch delivered an event or a bookmark.
    package mutating func received(_ version: ResourceVersion) {
        failures = 0
        if case .watching(let last) = phase { phase = .watching(max(last, version)) }
    }

    /// The server ended the watch, as it does from time to time. One that ends at once without an event is a
    /// server in trouble, and is met with patience.
    package mutating func watchEnded(after lifetime: Duration, events: Int, jitter: Double)
        -> Action
    {
        if events > 0 || lifetime >= Self.healthyWatch {
            failures = 0
            return action
        }
        return retreat(jitter)
    }

    /// The watch failed. `expired` and `gone` mean that its start was compacted away: the cure is a list.
    package mutating func watchFailed(_ status: Status, jitter: Double) -> Action {
        switch status.reason {
        case .expired, .gone:
            phase = .listing
            failures += 1
            return failures == 1 ? action : .wait(backoff.delay(attempt: failures, jitter: jitter))
        case .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
            .alreadyExists, .conflict, .requestEntityTooLarge, .unsupportedMediaType, .invalid,
            .tooManyRequests, .internalError, .unknown, .serviceUnavailable, .timeout:
            return retreat(jitter)
        }
    }

    /// An event could not be read, or did not fit: only a list tells the truth again.
    package mutating func watchUnreadable(jitter: Double) -> Action {
        phase = .listing
        return retreat(jitter)
    }

    package func waited() -> Action { action }

    private var action: Action {
        switch phase {
        case .listing: .list
        case .watching(let version): .watch(since: version)
        }
    }

    private mutating func retreat(_ jitter: Double) -> Action {
        failures += 1
        return .wait(backoff.delay(attempt: failures, jitter: jitter))
    }
}
