package import KubeAPI

/// One change of one object that a ClusterSnapshot depends on.
package enum ClusterChange: Sendable {
    case service(Service)
    case serviceGone(ObjectName)
    case slice(EndpointSlice)
    case sliceGone(ObjectName)
    case pod(Pod)
    case podGone(ObjectName)
    case node(Node)
    case namespace(String)
    case namespaceGone(String)
    case serviceCIDR(ServiceCIDR)
    case serviceCIDRGone(String)
}

extension ClusterState {
    /// Takes a change; answers the Services to compile again.
    package mutating func apply(_ change: ClusterChange) -> Set<ObjectName> {
        switch change {
        case .service(let service): return upsert(service)
        case .serviceGone(let name): return remove(service: name)
        case .slice(let slice): return upsert(slice)
        case .sliceGone(let name): return remove(slice: name)
        case .pod(let pod): return upsert(pod)
        case .podGone(let name): return remove(pod: name)
        case .node(let node): return upsert(node)
        case .namespace(let name):
            insert(namespace: name)
            return []
        case .namespaceGone(let name):
            remove(namespace: name)
            return []
        case .serviceCIDR(let serviceCIDR): return upsert(serviceCIDR)
        case .serviceCIDRGone(let name): return remove(serviceCIDR: name)
        }
    }

    /// The Services that have the Pod as an endpoint, ready or not.
    package mutating func services(ofPod name: ObjectName) -> Set<ObjectName> {
        servicesOfPod.services(of: name, in: snapshot.slices)
    }
}
