package import KubeAPI

/// The health checks that one node answers, kept current Service by Service.
package struct ServiceHealthPlan: Sendable {
    package private(set) var services: [ObjectName: ServiceHealth] = [:]

    package init() {}

    /// The health checks of a snapshot.
    package static func plan(_ snapshot: ClusterSnapshot) -> [ObjectName: ServiceHealth] {
        var plan = ServiceHealthPlan()
        _ = plan.update(snapshot, changed: Set(snapshot.services.keys))
        return plan.services
    }

    /// Looks at the changed Services again; answers those whose health is another one now. Nothing but a Service
    /// and its slices counts, and the node's name, which stays.
    /// - Parameter changed: every Service that came, went or changed since the last update, also by its
    ///   EndpointSlices.
    package mutating func update(
        _ snapshot: ClusterSnapshot, changed: Set<ObjectName>
    ) -> Set<ObjectName> {
        changed.filter { name in
            let new = snapshot.services[name].flatMap { ServiceHealth(of: $0, in: snapshot) }
            let old = services[name]
            services[name] = new
            return old != new
        }
    }
}
