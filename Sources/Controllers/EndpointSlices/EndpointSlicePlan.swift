package import Addresses
package import KubeAPI

/// What has to be written so that a Service has the slices that its Pods ask for. A pure function of values.
package struct EndpointSlicePlan: Equatable, Sendable {
    /// Everything that a plan is made from.
    package struct Input: Sendable {
        package var service: Service
        /// The selected Pods, in an order that is the same each time.
        package var pods: [Pod]
        /// The slices of the Service that carry this controller's label.
        package var existing: [EndpointSlice]
        package var topology = Topology()
        /// The greatest number of endpoints in a slice.
        package var limit = 100
        /// True for the name of any slice of the namespace.
        package var isTaken: @Sendable (String) -> Bool = { _ in false }

        package init(service: Service, pods: [Pod], existing: [EndpointSlice]) {
            self.service = service
            self.pods = pods
            self.existing = existing
        }
    }

    package private(set) var slices = SlicePlan()
    /// Why the topology hints that the Service asks for are not there, by family.
    package private(set) var hintProblems: [IPFamily: HintProblem] = [:]

    package init(_ input: Input) {
        let families = input.service.addressFamilies
        slices.stale = input.existing.filter { !$0.isOwned(by: input.service) }
        let owned = input.existing.filter { $0.isOwned(by: input.service) }
        slices.deletes = owned.filter { slice in
            !families.contains { $0.description == slice.addressType }
        }
        for (index, family) in families.enumerated() {
            plan(
                family, isPrimary: index == 0,
                owned.filter { $0.addressType == family.description }, input)
        }
        if input.service.metadata.deletionTimestamp != nil { slices.creates = [] }
    }

    private mutating func plan(
        _ family: IPFamily, isPrimary: Bool, _ existing: [EndpointSlice], _ input: Input
    ) {
        let service = input.service
        var desired = PodEndpoints(
            service, pods: input.pods, family: family, zones: input.topology.zones)
        hintProblems[family] = desired.addHints(
            for: service, input.topology, previous: existing)
        let template = SliceTemplate(
            namespace: service.metadata.namespace, addressType: family.description,
            owner: service.ownerReference, labels: service.sliceLabels,
            namePrefix: SliceTemplate.namePrefix(
                service.metadata.name, addressType: family.description, isPrimary: isPrimary))
        // A stale slice is deleted before anything is made: its name is free.
        let free = Set(slices.stale.map(\.metadata.name))
        slices += SlicePlan(
            desired.groups, replacing: existing, template, limit: input.limit, placeholder: true,
            isHeld: { !free.contains($0) && input.isTaken($0) })
    }

    /// Sets the annotation of what is written; nil takes it away.
    package mutating func stamp(_ time: Timestamp?) {
        let key = EndpointLabels.lastChange
        for index in slices.creates.indices {
            slices.creates[index].metadata.annotations[key] = time?.description
        }
        for index in slices.updates.indices {
            slices.updates[index].metadata.annotations[key] = time?.description
        }
    }
}

extension Service {
    /// The families that the Service has addresses of, the primary one first.
    var addressFamilies: [IPFamily] {
        let families = spec.ipFamilies.compactMap { IPFamily($0) }
        guard families.isEmpty else { return families }
        let addresses = spec.clusterIPs.isEmpty ? [spec.clusterIP] : spec.clusterIPs
        let known = addresses.compactMap { IPAddress($0)?.family }
        return known.isEmpty ? [.ipv4] : known
    }
}

extension EndpointSlice {
    func isOwned(by service: Service) -> Bool {
        metadata.ownerReferences.contains {
            $0.kind == "Service" && $0.uid == service.metadata.uid
        }
    }
}
