import Addresses
import KubeAPI

/// The endpoints that a Service should have in one address family, told apart by the ports they serve: each
/// group becomes slices of its own.
struct PodEndpoints: Sendable {
    private(set) var groups: [SliceGroup] = []
    /// The first Pod that is left out because the Node that it names does not exist.
    private(set) var stray: (pod: String, node: String)?

    init(_ service: Service, pods: [Pod], family: IPFamily, _ topology: Topology) {
        var indexes: [[EndpointPort]: Int] = [:]
        for pod in pods where pod.belongsInEndpoints {
            let ports = pod.endpointPorts(for: service)
            let index = indexes[ports] ?? groups.count
            if index == groups.count {
                indexes[ports] = index
                groups.append(SliceGroup(ports: ports, endpoints: []))
            }
            guard service.spec.publishNotReadyAddresses || pod.hasPlace(topology) else {
                stray = stray ?? (pod.metadata.name, pod.nodeName)
                continue
            }
            guard let address = pod.address(family) else { continue }
            groups[index].endpoints.append(
                Self.endpoint(
                    of: pod, at: address, for: service, zone: topology.zones[pod.nodeName]))
        }
        groups.removeAll { $0.endpoints.isEmpty }
    }

    private static func endpoint(
        of pod: Pod, at address: String, for service: Service, zone: String?
    ) -> Endpoint {
        var endpoint = Endpoint(addresses: [address])
        let serving = pod.isReady
        endpoint.serving = serving
        endpoint.terminating = pod.isTerminating
        endpoint.ready =
            service.spec.publishNotReadyAddresses || (serving && !pod.isTerminating)
        endpoint.hostname = pod.publishedHostname(for: service)
        endpoint.targetRef = pod.reference
        endpoint.nodeName = pod.nodeName.isEmpty ? nil : pod.nodeName
        endpoint.zone = zone
        return endpoint
    }
}

extension Pod {
    /// A Pod is where its Node is (Kubernetes' EndpointSlice controller leaves out Pods of Nodes that do not exist), or
    /// where its annotation `pointsman.dev/address` says: then it needs no Node.
    fileprivate func hasPlace(_ topology: Topology) -> Bool {
        topology.nodes.contains(nodeName) || metadata.annotations[PointsmanName.address] != nil
    }
}
