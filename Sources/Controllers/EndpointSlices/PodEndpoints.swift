import Addresses
import KubeAPI

/// The endpoints that a Service should have in one address family, told apart by the ports they serve: each
/// group becomes slices of its own.
struct PodEndpoints: Equatable, Sendable {
    private(set) var groups: [SliceGroup] = []

    /// `zones` has the zone of every node that has one.
    init(_ service: Service, pods: [Pod], family: IPFamily, zones: [String: String]) {
        var indexes: [[EndpointPort]: Int] = [:]
        for pod in pods where pod.belongsInEndpoints {
            let ports = pod.endpointPorts(for: service)
            let index = indexes[ports] ?? groups.count
            if index == groups.count {
                indexes[ports] = index
                groups.append(SliceGroup(ports: ports, endpoints: []))
            }
            guard let address = pod.address(family) else { continue }
            groups[index].endpoints.append(
                Self.endpoint(of: pod, at: address, for: service, zone: zones[pod.nodeName]))
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

    /// Calls `body` with every endpoint, to change it.
    mutating func forEachEndpoint(_ body: (inout Endpoint) -> Void) {
        for group in groups.indices {
            for index in groups[group].endpoints.indices { body(&groups[group].endpoints[index]) }
        }
    }
}
