import Addresses
package import KubeAPI

/// What has to be written so that the legacy Endpoints object of a Service says what its Pods are (rule E-020).
package enum EndpointsPlan: Equatable, Sendable {
    case nothing
    case create(Endpoints)
    /// With the resourceVersion that it was planned from.
    case update(Endpoints)

    /// More addresses than that are left out.
    package static let capacity = 1000

    /// `triggerTime` is when the change happened that this is for; nil: none that is known.
    package init(
        _ service: Service, pods: [Pod], existing: Endpoints?, triggerTime: Timestamp?
    ) {
        var endpoints =
            existing
            ?? Endpoints(
                metadata: ObjectMeta(
                    name: service.metadata.name, namespace: service.metadata.namespace))
        endpoints.subsets = Self.subsets(service, pods)
        let isOver = endpoints.truncate(to: Self.capacity)
        endpoints.metadata.labels = Self.labels(service)
        endpoints.metadata.annotations[EndpointLabels.overCapacity] = isOver ? "truncated" : nil
        guard let existing else {
            endpoints.stamp(triggerTime)
            self = .create(endpoints)
            return
        }
        guard endpoints != existing else {
            self = .nothing
            return
        }
        endpoints.stamp(triggerTime)
        self = .update(endpoints)
    }

    private static func labels(_ service: Service) -> [String: String] {
        var labels = service.metadata.labels
        labels[EndpointLabels.endpointsManagedBy] = EndpointLabels.endpointsController
        labels[EndpointLabels.headless] = service.hasNoClusterIP ? "" : nil
        return labels
    }

    private static func subsets(_ service: Service, _ pods: [Pod]) -> [EndpointSubset] {
        let family = service.primaryFamily
        let publishesAll = service.spec.publishNotReadyAddresses
        var packing = SubsetPacking()
        for pod in pods where pod.belongsInEndpoints && (publishesAll || !pod.isTerminating) {
            guard let text = pod.address(family) else { continue }
            var address = EndpointAddress(ip: text)
            address.hostname = pod.publishedHostname(for: service)
            address.nodeName = pod.nodeName.isEmpty ? nil : pod.nodeName
            address.targetRef = pod.reference
            let isReady = publishesAll || pod.isReady
            if service.spec.ports.isEmpty, service.spec.clusterIP == "None" {
                packing.add(address, at: nil, isReady: isReady)
            }
            for port in pod.endpointPorts(for: service) {
                packing.add(address, at: port, isReady: isReady)
            }
        }
        return packing.subsets
    }
}

extension Service {
    /// The family of the ClusterIP; without one, the first that the Service names.
    fileprivate var primaryFamily: IPFamily {
        IPAddress(spec.clusterIP)?.family ?? addressFamilies[0]
    }
}

extension Endpoints {
    fileprivate mutating func stamp(_ time: Timestamp?) {
        metadata.annotations[EndpointLabels.lastChange] = time?.description
    }

    /// Keeps `capacity` addresses, ready ones first, of each subset in proportion (rounded up, so that the last may
    /// get less). True if some were left out.
    fileprivate mutating func truncate(to capacity: Int) -> Bool {
        let ready = subsets.reduce(0) { $0 + $1.addresses.count }
        let notReady = subsets.reduce(0) { $0 + $1.notReadyAddresses.count }
        guard ready + notReady > capacity else { return false }
        if ready > capacity {
            Self.share(capacity, of: ready, among: &subsets, \.addresses)
            for index in subsets.indices { subsets[index].notReadyAddresses = [] }
        } else {
            Self.share(capacity - ready, of: notReady, among: &subsets, \.notReadyAddresses)
        }
        subsets.removeAll { $0.addresses.isEmpty && $0.notReadyAddresses.isEmpty }
        return true
    }

    private static func share(
        _ capacity: Int, of total: Int, among subsets: inout [EndpointSubset],
        _ list: WritableKeyPath<EndpointSubset, [EndpointAddress]>
    ) {
        var left = capacity
        for index in subsets.indices {
            let addresses = subsets[index][keyPath: list]
            let share = Double(addresses.count) / Double(total) * Double(capacity)
            let kept = min(left, Int(share.rounded(.up)))
            subsets[index][keyPath: list] = Array(addresses.prefix(kept))
            left -= min(kept, addresses.count)
        }
    }
}
