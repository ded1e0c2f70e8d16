import Addresses
package import KubeAPI

/// What has to be written so that the hand-made Endpoints of a Service without selector are there as
/// EndpointSlices too (rule E-008).
package struct MirroringPlan: Equatable, Sendable {
    package private(set) var slices = SlicePlan()

    /// Addresses of one subset beyond this number are not mirrored.
    package static let subsetLimit = 1000

    /// `existing` are the slices of the Service that carry this controller's label; `isTaken` is true for the name
    /// of any slice of the namespace.
    package init(
        _ endpoints: Endpoints?, of service: Service?, existing: [EndpointSlice], limit: Int = 100,
        isTaken: (String) -> Bool = { _ in false }
    ) {
        guard let endpoints, let service, service.effectiveSelector == nil,
            service.spec.type != .externalName, endpoints.isToBeMirrored
        else {
            slices.deletes = existing
            return
        }
        slices.stale = existing.filter { !$0.isOwned(by: endpoints) }
        let owned = existing.filter { $0.isOwned(by: endpoints) }
        let free = Set(slices.stale.map(\.metadata.name))
        for family in IPFamily.allCases {
            let template = SliceTemplate(mirroring: endpoints, family, primary: service)
            slices += SlicePlan(
                Self.groups(endpoints, family),
                replacing: owned.filter { $0.addressType == family.description }, template,
                limit: limit, placeholder: false,
                isHeld: { !free.contains($0) && isTaken($0) })
        }
    }

    private static func groups(_ endpoints: Endpoints, _ family: IPFamily) -> [SliceGroup] {
        var packing = SubsetPacking()
        packing.add(endpoints.subsets)
        return packing.subsets.compactMap { subset in
            let all =
                subset.addresses.map { endpoint($0, isReady: true) }
                + subset.notReadyAddresses.map { endpoint($0, isReady: false) }
            let mirrored = all.prefix(subsetLimit).filter {
                IPAddress($0.addresses[0])?.family == family
            }
            return mirrored.isEmpty
                ? nil : SliceGroup(ports: subset.ports, endpoints: Array(mirrored))
        }
    }

    private static func endpoint(_ address: EndpointAddress, isReady: Bool) -> Endpoint {
        var endpoint = Endpoint(addresses: [address.ip])
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
