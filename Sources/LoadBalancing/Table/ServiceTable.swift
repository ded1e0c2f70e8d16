package import Addresses

/// What one node must do: every frontend, and the backends it forwards to.
package struct ServiceTable: Equatable, Sendable {
    package var servicePorts: [ServicePortName: ServicePortState] = [:]
    package var frontends: [FrontendAddress: Frontend] = [:]
    /// Where NodePorts are served.
    package var nodeAddresses: Set<IPAddress> = []
    /// Addresses of Pods: the local detector.
    package var podCIDRs: [IPPrefix] = []
    /// The local detector in place of `podCIDRs`, where it is set.
    package var podInterfaces: PodInterfaces?
    /// An address in here that is no ClusterIP is dropped.
    package var serviceCIDRs: [IPPrefix] = []

    package init() {}

    /// A value before and after: nil where there was or is none.
    package struct Change<Value: Equatable & Sendable>: Equatable, Sendable {
        package var old: Value?
        package var new: Value?

        package init(old: Value?, new: Value?) {
            self.old = old
            self.new = new
        }
    }

    /// The difference between two tables.
    package struct Changes: Equatable, Sendable {
        package var servicePorts: [ServicePortName: Change<ServicePortState>] = [:]
        package var frontends: [FrontendAddress: Change<Frontend>] = [:]
        /// Set when the node's addresses, the Pod CIDRs or the Service CIDRs changed.
        package var nodeChanged = false

        package init() {}

        package var isEmpty: Bool { servicePorts.isEmpty && frontends.isEmpty && !nodeChanged }
    }

    package func changes(since old: ServiceTable) -> Changes {
        var changes = Changes()
        changes.servicePorts = Self.difference(old.servicePorts, servicePorts)
        changes.frontends = Self.difference(old.frontends, frontends)
        changes.nodeChanged =
            nodeAddresses != old.nodeAddresses || podCIDRs != old.podCIDRs
            || podInterfaces != old.podInterfaces || serviceCIDRs != old.serviceCIDRs
        return changes
    }

    private static func difference<Key: Hashable, Value: Equatable & Sendable>(
        _ old: [Key: Value], _ new: [Key: Value]
    ) -> [Key: Change<Value>] {
        if old.isEmpty { return new.mapValues { Change(old: nil, new: $0) } }
        var changes: [Key: Change<Value>] = [:]
        for (key, value) in new where old[key] != value {
            changes[key] = Change(old: old[key], new: value)
        }
        for (key, value) in old where new[key] == nil {
            changes[key] = Change(old: value, new: nil)
        }
        return changes
    }
}
