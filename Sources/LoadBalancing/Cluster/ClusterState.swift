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
    /// The Services of one Pod: nearly always one.
    private struct Users: Sendable {
        var service: ObjectName
        var count: Int
        var others: [ObjectName: Int] = [:]

        mutating func add(_ service: ObjectName) {
            if service == self.service {
                count += 1
            } else {
                others[service, default: 0] += 1
            }
        }
    }

    /// nil until it is asked for: most clusters have no Pod with a weight.
    private var users: [ObjectName: Users]?

    /// - Parameter slices: all there are, by their Service.
    mutating func services(
        of pod: ObjectName, in slices: [ObjectName: [String: EndpointSlice]]
    ) -> Set<ObjectName> {
        if users == nil { fill(slices) }
        guard let users = users?[pod] else { return [] }
        return Set(users.others.keys).union([users.service])
    }

    private mutating func fill(_ slices: [ObjectName: [String: EndpointSlice]]) {
        users = [:]
        for (service, slices) in slices {
            for slice in slices.values { replace(nil, with: slice, of: service) }
        }
    }

    mutating func replace(
        _ old: EndpointSlice?, with new: EndpointSlice?, of service: ObjectName
    ) {
        guard users != nil else { return }
        for endpoint in new?.endpoints ?? [] {
            if let pod = endpoint.pod { add(service, to: pod) }
        }
        for endpoint in old?.endpoints ?? [] {
            if let pod = endpoint.pod { remove(service, from: pod) }
        }
    }

    private mutating func add(_ service: ObjectName, to pod: ObjectName) {
        users?[pod, default: Users(service: service, count: 0)].add(service)
    }

    private mutating func remove(_ service: ObjectName, from pod: ObjectName) {
        guard var left = users?[pod] else { return }
        if left.service == service {
            left.count -= 1
        } else if let count = left.others[service] {
            left.others[service] = count > 1 ? count - 1 : nil
        }
        if left.count == 0 {
            guard let (other, count) = left.others.first else {
                users?[pod] = nil
                return
            }
            left.others[other] = nil
            (left.service, left.count) = (other, count)
        }
        users?[pod] = left
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
