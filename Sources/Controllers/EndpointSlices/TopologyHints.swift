import KubeAPI

/// Why a Service with topology-mode Auto has no hints.
package enum HintProblem: Equatable, Sendable {
    case insufficientNodeInfo
    case insufficientEndpoints(Int, zones: Int)
    case overload(Int, zones: Int)
    case endpointWithoutZone

    /// In the words of Kubernetes' Event `TopologyAwareHintsDisabled`.
    package var message: String {
        switch self {
        case .insufficientNodeInfo:
            "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
        case .insufficientEndpoints(let endpoints, let zones):
            "Insufficient number of endpoints (\(endpoints) endpoints, \(zones) zones)"
        case .overload(let endpoints, let zones):
            "Unable to allocate minimum required endpoints to each zone without exceeding overload "
                + "threshold (\(endpoints) endpoints, \(zones) zones)"
        case .endpointWithoutZone: "One or more endpoints do not have a zone specified"
        }
    }
}

extension Service {
    /// Annotation topology-aware-hints, or topology-mode, says Auto (rule S-086).
    var asksForProportionalHints: Bool {
        let value =
            metadata.annotations["service.kubernetes.io/topology-aware-hints"]
            ?? metadata.annotations["service.kubernetes.io/topology-mode"]
        return value == "Auto" || value == "auto"
    }
}

extension SlicePlan {
    /// Sets the hints that the Service asks for. The answer says why there are none where it asked for
    /// proportional ones.
    mutating func addHints(for service: Service, _ topology: Topology) -> HintProblem? {
        if service.asksForProportionalHints {
            var hinted = self
            let problem = ProportionalHints.apply(topology.cpuShares, to: &hinted)
            if problem == nil { self = hinted } else { setHints { _ in nil } }
            return problem
        }
        switch service.spec.trafficDistribution {
        case "PreferClose", "PreferSameZone": setHints { $0.ownHints(withNode: false) }
        case "PreferSameNode": setHints { $0.ownHints(withNode: true) }
        default: setHints { _ in nil }
        }
        return nil
    }

    /// Gives every endpoint its hints; slices that are otherwise unchanged are written only where theirs differ.
    private mutating func setHints(_ hints: (Endpoint) -> EndpointHints?) {
        for index in creates.indices { creates[index].setHints(hints) }
        for index in updates.indices { updates[index].setHints(hints) }
        let before = unchanged
        unchanged = []
        for slice in before {
            var hinted = slice
            hinted.setHints(hints)
            if hinted == slice { unchanged.append(slice) } else { updates.append(hinted) }
        }
    }
}

extension EndpointSlice {
    fileprivate mutating func setHints(_ hints: (Endpoint) -> EndpointHints?) {
        for index in endpoints.indices { endpoints[index].hints = hints(endpoints[index]) }
    }
}

extension Endpoint {
    /// A ready endpoint is for its own zone, and its own node (rule S-085).
    fileprivate func ownHints(withNode: Bool) -> EndpointHints? {
        guard ready == true else { return nil }
        let zones = zone.map { [$0] } ?? []
        let nodes = withNode ? nodeName.map { [$0] } ?? [] : []
        guard !zones.isEmpty || !nodes.isEmpty else { return nil }
        return EndpointHints(forZones: zones, forNodes: nodes)
    }
}
