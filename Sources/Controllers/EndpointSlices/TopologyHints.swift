import KubeAPI

/// Why a Service with topology-mode Auto has no hints: the reason of the Event `TopologyAwareHintsDisabled`.
package enum HintProblem: String, Equatable, Sendable {
    case insufficientNodeInfo =
        "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
    case oneZoneOnly = "Nodes only ready in one zone"
    case insufficientEndpoints =
        "Insufficient number of endpoints, impossible to safely allocate proportionally"
    case endpointWithoutZone = "One or more endpoints do not have a zone specified"
    case overload = "Unable to allocate minimum required endpoints to each zone without overload"
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

extension PodEndpoints {
    /// Sets the hints that the Service asks for. The answer says why there are none where it asked for
    /// proportional ones. `previous` slices make the choice a stable one.
    mutating func addHints(
        for service: Service, _ topology: Topology, previous: [EndpointSlice]
    ) -> HintProblem? {
        if service.asksForProportionalHints {
            var hints = ProportionalHints(previous: previous)
            if let problem = hints.assign(to: self, topology) { return problem }
            forEachEndpoint { $0.hints = hints.hints(of: $0) }
            return nil
        }
        switch service.spec.trafficDistribution {
        case "PreferClose", "PreferSameZone": addOwnHints(withNode: false)
        case "PreferSameNode": addOwnHints(withNode: true)
        default: break
        }
        return nil
    }

    /// Each ready endpoint is for its own zone, and its own node (rule S-085).
    private mutating func addOwnHints(withNode: Bool) {
        forEachEndpoint { endpoint in
            guard endpoint.ready == true else { return }
            let zones = endpoint.zone.map { [$0] } ?? []
            let nodes = withNode ? endpoint.nodeName.map { [$0] } ?? [] : []
            guard !zones.isEmpty || !nodes.isEmpty else { return }
            endpoint.hints = EndpointHints(forZones: zones, forNodes: nodes)
        }
    }
}
