package import Addresses
package import KubeAPI

/// What the health check NodePort of one Service tells on one node.
package struct ServiceHealth: Equatable, Sendable {
    /// `spec.healthCheckNodePort`.
    package var port: Port
    /// By family of the Service: how many different addresses of ready endpoints are on this node. Endpoints that
    /// are only serving while they terminate do not count: the load balancer is to look elsewhere.
    package var localEndpoints: [IPFamily: Int]

    /// Nil for a Service that needs no health check: only one of type LoadBalancer with externalTrafficPolicy
    /// Local does.
    package init?(of service: Service, in snapshot: ClusterSnapshot) {
        let spec = service.spec
        guard spec.type == .loadBalancer, spec.externalTrafficPolicy == .local,
            spec.hasClusterIPs,
            service.metadata.labels["service.kubernetes.io/service-proxy-name"] == nil,
            let port = Port(exactly: spec.healthCheckNodePort), port > 0
        else { return nil }
        self.port = port
        let endpoints = EndpointCollection(of: service.objectName, in: snapshot)
        localEndpoints = [:]
        for family in ServiceAddresses(service).families {
            localEndpoints[family] = endpoints.localReadyAddresses(family).count
        }
    }
}

extension EndpointCollection {
    /// The addresses of ready endpoints on this node, whatever their ports: an endpoint with two ports is one.
    fileprivate func localReadyAddresses(_ family: IPFamily) -> Set<IPAddress> {
        var found: Set<IPAddress> = []
        for slice in slices
        where slice.addressType == family.description
            && (slice.ports ?? []).contains(where: { $0.port != nil })
        {
            for endpoint in slice.endpoints
            where endpoint.isReady && endpoint.nodeName == snapshot.node.name {
                guard let text = endpoint.firstAddress,
                    let address = IPAddress(kubernetes: text), address.family == family
                else { continue }
                found.insert(address)
            }
        }
        return found
    }
}
