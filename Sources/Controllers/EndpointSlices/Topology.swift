package import KubeAPI

/// What slices take from nodes: which there are, their zones, and the CPUs of each zone.
package struct Topology: Equatable, Sendable {
    /// The names of all nodes.
    package var nodes: Set<String> = []
    /// By node; nodes without a zone are left out.
    package var zones: [String: String] = [:]
    /// Each zone's share of the allocatable CPUs of all ready nodes; nil if a ready node lacks zone or CPUs, or
    /// if there are fewer than two zones.
    package var cpuShares: [String: Double]?

    package init() {}

    package init(_ nodes: [Node]) {
        for node in nodes {
            self.nodes.insert(node.metadata.name)
            zones[node.metadata.name] = node.zone
        }
        cpuShares = Self.shares(nodes.filter { $0.isReady && !$0.isControlPlane })
    }

    private static func shares(_ nodes: [Node]) -> [String: Double]? {
        var byZone: [String: Int64] = [:]
        for node in nodes {
            guard let zone = node.zone, let cpu = node.allocatableMilliCPU, cpu > 0 else {
                return nil
            }
            byZone[zone, default: 0] += cpu
        }
        guard byZone.count >= 2 else { return nil }
        let total = Double(byZone.values.reduce(0, +))
        return byZone.mapValues { Double($0) / total }
    }
}

extension Node {
    fileprivate var isControlPlane: Bool {
        metadata.labels["node-role.kubernetes.io/control-plane"] != nil
            || metadata.labels["node-role.kubernetes.io/master"] != nil
    }
}
