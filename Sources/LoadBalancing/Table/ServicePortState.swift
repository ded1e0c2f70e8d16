import KubeAPI

/// What all the addresses of one ServicePort share.
package struct ServicePortState: Equatable, Sendable {
    /// In the order of their addresses; weight-0 backends are excluded.
    package var cluster: [Backend]
    /// Empty unless a traffic policy is Local.
    package var local: [Backend]
    package var excluded: [ExcludedBackend]
    package var scheduler: Scheduler
    /// Seconds after its last new connection that a client keeps its backend; nil: no session affinity.
    package var affinityTimeout: UInt32?

    package init(
        cluster: [Backend] = [], local: [Backend] = [], excluded: [ExcludedBackend] = [],
        scheduler: Scheduler = .random, affinityTimeout: UInt32? = nil
    ) {
        self.cluster = cluster
        self.local = local
        self.excluded = excluded
        self.scheduler = scheduler
        self.affinityTimeout = affinityTimeout
    }

    package func backends(_ list: BackendList) -> [Backend] {
        switch list {
        case .cluster: cluster
        case .local: local
        }
    }
}

/// How a backend is chosen for a new connection; annotation `pointsman.dev/scheduler`.
package enum Scheduler: String, Hashable, Sendable, CaseIterable {
    case random = "random"
    case roundRobin = "round-robin"
    case leastConnections = "least-connections"
    /// Consistent hashing of the client's address.
    case maglev = "maglev"

    package static let annotation = "pointsman.dev/scheduler"
    package static let weightAnnotation = PointsmanName.weight
}
