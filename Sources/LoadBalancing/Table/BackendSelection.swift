/// Chooses the backends of one ServicePort among its candidates and says of each other one why not.
/// Source: Kubernetes pkg/proxy/topology.go.
struct BackendSelection {
    /// What the lists are needed for.
    struct Uses {
        var cluster: Bool
        var local: Bool
    }

    private(set) var cluster: [Backend] = []
    private(set) var local: [Backend] = []
    private(set) var excluded: [ExcludedBackend] = []
    /// Whether anything at all, anywhere in the cluster, could take a connection.
    private(set) var hasAny: Bool

    /// `candidates` in the order of their addresses.
    init(_ candidates: [Candidate], _ uses: Uses, node: NodeContext) {
        hasAny = candidates.contains { $0.isUsable && ($0.isReady || $0.isLastResort) }
        if uses.cluster {
            let scope = TopologyScope(candidates, node: node)
            choose(.cluster, candidates) { scope.reason(against: $0) }
        }
        if uses.local {
            choose(.local, candidates) {
                $0.backend.isLocal ? nil : .notLocal(node: $0.nodeName)
            }
        }
    }

    /// Ready backends that nothing speaks against; if there is none, those that are serving and terminating.
    private mutating func choose(
        _ list: BackendList, _ candidates: [Candidate],
        unless against: (Candidate) -> ExcludedBackend.Reason?
    ) {
        let hasReady = candidates.contains { $0.isUsable && $0.isReady && against($0) == nil }
        var chosen: [Backend] = []
        chosen.reserveCapacity(candidates.count)
        for candidate in candidates {
            let reason = Self.reason(against: candidate, hasReady: hasReady, list, against)
            if let reason {
                excluded.append(ExcludedBackend(candidate.backend, from: list, because: reason))
            } else {
                chosen.append(candidate.backend)
            }
        }
        switch list {
        case .cluster: cluster = chosen
        case .local: local = chosen
        }
    }

    private static func reason(
        against candidate: Candidate, hasReady: Bool, _ list: BackendList,
        _ against: (Candidate) -> ExcludedBackend.Reason?
    ) -> ExcludedBackend.Reason? {
        if let flaw = flaw(candidate) { return flaw }
        if candidate.isReady { return against(candidate) }
        guard candidate.isLastResort else { return .notReady }
        // Hints are about ready endpoints: the last resort is taken wherever it is, unless it must be local.
        return hasReady ? .terminating : list == .local ? against(candidate) : nil
    }

    private static func flaw(_ candidate: Candidate) -> ExcludedBackend.Reason? {
        if let defect = candidate.defect { return .invalid(defect) }
        return candidate.backend.weight == 0 ? .weightZero : nil
    }
}

/// Which part of the cluster traffic is kept in, by the hints of the endpoints.
private enum TopologyScope {
    case cluster
    case zone(String)
    case node(String)

    /// Hints count only if every ready endpoint has one and one of them names this node or zone.
    init(_ candidates: [Candidate], node: NodeContext) {
        if Self.isNamed(node.name, by: candidates, \.nodes) {
            self = .node(node.name)
        } else if let zone = node.zone, Self.isNamed(zone, by: candidates, \.zones) {
            self = .zone(zone)
        } else {
            self = .cluster
        }
    }

    private static func isNamed(
        _ name: String, by candidates: [Candidate], _ hints: (Candidate) -> [String]
    ) -> Bool {
        var isNamed = false
        for candidate in candidates where candidate.isUsable && candidate.isReady {
            let hints = hints(candidate)
            if hints.isEmpty { return false }
            isNamed = isNamed || hints.contains(name)
        }
        return isNamed
    }

    func reason(against candidate: Candidate) -> ExcludedBackend.Reason? {
        switch self {
        case .cluster: nil
        case .zone(let zone):
            candidate.zones.contains(zone) ? nil : .otherZone(hinted: candidate.zones)
        case .node(let name):
            candidate.nodes.contains(name) ? nil : .otherNode(hinted: candidate.nodes)
        }
    }
}
