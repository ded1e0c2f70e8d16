import Addresses
package import KubeAPI

/// Takes the changes of objects one by one and keeps the ClusterSnapshot that they add up to. Every method answers
/// with the Services to compile again; the work of one is bounded by the object that changed.
package struct ClusterState: Sendable {
    package private(set) var snapshot: ClusterSnapshot
    /// Which Service a slice was last seen to belong to.
    private var serviceOfSlice: [ObjectName: ObjectName] = [:]
    var servicesOfPod = PodIndex()
    /// The networks of the ServiceCIDRs by their names.
    private var serviceCIDRs: [String: [IPPrefix]] = [:]
    /// What the node was said to have before any ServiceCIDR was seen.
    private let ownServiceCIDRs: [IPPrefix]

    package init(node: NodeContext) {
        snapshot = ClusterSnapshot(node: node)
        ownServiceCIDRs = node.serviceCIDRs
    }
}

// MARK: Services

extension ClusterState {
    package mutating func upsert(_ service: Service) -> Set<ObjectName> {
        let old = snapshot.services.updateValue(service, forKey: service.objectName)
        return old == service ? [] : [service.objectName]
    }

    package mutating func remove(service name: ObjectName) -> Set<ObjectName> {
        snapshot.services.removeValue(forKey: name) == nil ? [] : [name]
    }
}

// MARK: EndpointSlices

extension ClusterState {
    /// A slice may have moved from one Service to another: then both are answered.
    package mutating func upsert(_ slice: EndpointSlice) -> Set<ObjectName> {
        let name = slice.objectName
        guard let service = slice.serviceName else { return remove(slice: name) }
        var changed: Set<ObjectName> = []
        if let former = serviceOfSlice[name], former != service {
            changed = remove(slice: name)
        }
        serviceOfSlice[name] = service
        let old = snapshot.slices[service, default: [:]].updateValue(slice, forKey: name.name)
        guard old != slice else { return changed }
        servicesOfPod.replace(old, with: slice, of: service)
        return changed.union([service])
    }

    package mutating func remove(slice name: ObjectName) -> Set<ObjectName> {
        guard let service = serviceOfSlice.removeValue(forKey: name),
            let old = snapshot.slices[service]?.removeValue(forKey: name.name)
        else { return [] }
        if snapshot.slices[service]?.isEmpty == true { snapshot.slices[service] = nil }
        servicesOfPod.replace(old, with: nil, of: service)
        return [service]
    }
}

// MARK: Pods, Nodes, Namespaces

extension ClusterState {
    /// Only the weight of a Pod counts: the rest comes with the EndpointSlices.
    package mutating func upsert(_ pod: Pod) -> Set<ObjectName> {
        setWeight(pod.metadata.annotations[Scheduler.weightAnnotation], ofPod: pod.objectName)
    }

    package mutating func remove(pod name: ObjectName) -> Set<ObjectName> {
        snapshot.drainedPods.remove(name)
        return setWeight(nil, ofPod: name)
    }

    /// The Pod was told that nothing new is sent to it. No table changes by that: it is in none.
    package mutating func setDrained(_ pod: ObjectName) { snapshot.drainedPods.insert(pod) }

    private mutating func setWeight(_ text: String?, ofPod name: ObjectName) -> Set<ObjectName> {
        let weight = text.flatMap(UInt16.init)
        let invalid = weight == nil ? text : nil
        guard snapshot.podWeights[name] != weight || snapshot.invalidPodWeights[name] != invalid
        else { return [] }
        snapshot.podWeights[name] = weight
        snapshot.invalidPodWeights[name] = invalid
        return services(ofPod: name)
    }

    /// Takes the zone of this node; other nodes change nothing.
    package mutating func upsert(_ node: Node) -> Set<ObjectName> {
        guard node.metadata.name == snapshot.node.name else { return [] }
        var context = snapshot.node
        context.zone = node.zone
        return replace(node: context)
    }

    /// The node's addresses or CIDRs are others now: every Service is compiled again.
    package mutating func replace(node: NodeContext) -> Set<ObjectName> {
        guard snapshot.node != node else { return [] }
        snapshot.node = node
        return Set(snapshot.services.keys)
    }

    /// A ServiceCIDR came or changed: its networks count beside the node's own.
    package mutating func upsert(_ serviceCIDR: ServiceCIDR) -> Set<ObjectName> {
        serviceCIDRs[serviceCIDR.metadata.name] = serviceCIDR.prefixes
        return replaceServiceCIDRs()
    }

    package mutating func remove(serviceCIDR name: String) -> Set<ObjectName> {
        serviceCIDRs[name] = nil
        return replaceServiceCIDRs()
    }

    private mutating func replaceServiceCIDRs() -> Set<ObjectName> {
        var context = snapshot.node
        let added = Set(serviceCIDRs.values.joined()).subtracting(ownServiceCIDRs).sorted()
        context.serviceCIDRs = ownServiceCIDRs + added
        return replace(node: context)
    }

    /// A namespace came; only DNS asks for it.
    package mutating func insert(namespace: String) { snapshot.namespaces.insert(namespace) }

    package mutating func remove(namespace: String) { snapshot.namespaces.remove(namespace) }
}

/// Which Services a Pod is an endpoint of, counted over slices, so that a changed weight finds its Services.
struct PodIndex: Sendable {
    /// nil until it is asked for: most clusters have no Pod with a weight.
    private var counts: [ObjectName: [ObjectName: Int]]?

    /// - Parameter slices: all there are, by their Service.
    mutating func services(
        of pod: ObjectName, in slices: [ObjectName: [String: EndpointSlice]]
    ) -> Set<ObjectName> {
        if counts == nil { fill(slices) }
        return Set(counts?[pod]?.keys ?? [:].keys)
    }

    private mutating func fill(_ slices: [ObjectName: [String: EndpointSlice]]) {
        counts = [:]
        for (service, slices) in slices {
            for slice in slices.values { replace(nil, with: slice, of: service) }
        }
    }

    mutating func replace(
        _ old: EndpointSlice?, with new: EndpointSlice?, of service: ObjectName
    ) {
        guard counts != nil else { return }
        for endpoint in new?.endpoints ?? [] {
            guard let pod = endpoint.pod else { continue }
            counts?[pod, default: [:]][service, default: 0] += 1
        }
        for endpoint in old?.endpoints ?? [] {
            guard let pod = endpoint.pod, let count = counts?[pod]?[service] else { continue }
            counts?[pod]?[service] = count > 1 ? count - 1 : nil
            if counts?[pod]?.isEmpty == true { counts?[pod] = nil }
        }
    }
}

extension Endpoint {
    /// The Pod behind the endpoint; nil where there is none.
    package var pod: ObjectName? {
        guard let targetRef, targetRef.kind == "Pod" else { return nil }
        return ObjectName(namespace: targetRef.namespace, name: targetRef.name)
    }

    /// `ready`, with its default.
    package var isReady: Bool { ready ?? true }
    /// `serving`, with its default.
    package var isServing: Bool { serving ?? isReady }
    package var isTerminating: Bool { terminating ?? false }
}
