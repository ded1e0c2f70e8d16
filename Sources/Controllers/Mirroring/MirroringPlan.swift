import Addresses
package import KubeAPI

/// What has to be written so that the hand-made Endpoints of a Service without selector are there as
/// EndpointSlices too: one slice a subset and family (rule E-008).
package struct MirroringPlan: Equatable, Sendable {
    package private(set) var slices = SlicePlan()
    /// Addresses that are none.
    package private(set) var invalidAddresses = 0
    /// Addresses beyond the limit of their subset, and those that are none.
    package private(set) var skippedAddresses = 0

    /// Addresses of one subset beyond this number are not mirrored.
    package static let subsetLimit = 1000

    /// `existing` are the slices of the Service that carry this controller's label; `isTaken` is true for the name
    /// of any slice of the namespace.
    package init(
        _ endpoints: Endpoints?, of service: Service?, existing: [EndpointSlice],
        limit: Int = subsetLimit, isTaken: (String) -> Bool = { _ in false }
    ) {
        guard let endpoints, let service, (service.spec.selector ?? [:]).isEmpty,
            endpoints.isToBeMirrored
        else {
            slices.deletes = existing
            return
        }
        slices.stale = existing.filter { !$0.isOwned(by: endpoints) }
        let owned = existing.filter { $0.isOwned(by: endpoints) }
        let free = Set(slices.stale.map(\.metadata.name))
        let groups = groups(endpoints, limit)
        for family in IPFamily.allCases {
            let template = SliceTemplate(mirroring: endpoints, family, primary: service)
            slices += SlicePlan(
                groups[family] ?? [],
                replacing: owned.filter { $0.addressType == family.description }, template,
                .oneSlice, isHeld: { !free.contains($0) && isTaken($0) })
        }
        if endpoints.metadata.deletionTimestamp != nil { slices.creates = [] }
    }

    private mutating func groups(
        _ endpoints: Endpoints, _ limit: Int
    ) -> [IPFamily: [SliceGroup]] {
        var packing = SubsetPacking()
        packing.add(endpoints.subsets)
        var groups: [IPFamily: [SliceGroup]] = [:]
        for subset in packing.subsets {
            let all =
                subset.addresses.map { ($0, true) } + subset.notReadyAddresses.map { ($0, false) }
            var mirrored: [IPFamily: [Endpoint]] = [:]
            var count = 0
            for (address, isReady) in all where count < limit {
                guard let ip = IPAddress(address.ip) else {
                    invalidAddresses += 1
                    continue
                }
                count += 1
                mirrored[ip.family, default: []].append(Self.endpoint(address, ip, isReady))
            }
            skippedAddresses += all.count - count
            for (family, endpoints) in mirrored {
                groups[family, default: []].append(
                    SliceGroup(ports: subset.ports, endpoints: endpoints))
            }
        }
        return groups
    }

    private static func endpoint(
        _ address: EndpointAddress, _ ip: IPAddress, _ isReady: Bool
    ) -> Endpoint {
        var endpoint = Endpoint(addresses: [ip.description])
        endpoint.ready = isReady
        endpoint.hostname = address.hostname
        endpoint.targetRef = address.targetRef
        endpoint.nodeName = address.nodeName
        return endpoint
    }
}

extension SliceTemplate {
    fileprivate init(mirroring endpoints: Endpoints, _ family: IPFamily, primary: Service) {
        var labels = endpoints.metadata.labels
        labels[EndpointSlice.serviceNameLabel] = endpoints.metadata.name
        labels[EndpointSlice.managedByLabel] = EndpointLabels.mirroringController
        var annotations = endpoints.metadata.annotations
        annotations[EndpointLabels.lastChange] = nil
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        self.init(
            namespace: endpoints.metadata.namespace, addressType: family.description,
            owner: endpoints.ownerReference, labels: labels, annotations: annotations,
            namePrefix: Self.namePrefix(
                endpoints.metadata.name, addressType: family.description,
                isPrimary: family == primary.addressFamilies[0]))
    }
}

extension Endpoints {
    fileprivate var isToBeMirrored: Bool {
        metadata.labels[EndpointLabels.skipMirror] != "true"
            && metadata.annotations[EndpointLabels.leader] == nil
    }

    fileprivate var ownerReference: OwnerReference {
        OwnerReference(
            apiVersion: "v1", kind: "Endpoints", name: metadata.name, uid: metadata.uid,
            controller: true, blockOwnerDeletion: true)
    }
}

extension EndpointSlice {
    fileprivate func isOwned(by endpoints: Endpoints) -> Bool {
        metadata.ownerReferences.contains {
            $0.kind == "Endpoints" && $0.uid == endpoints.metadata.uid
        }
    }
}
