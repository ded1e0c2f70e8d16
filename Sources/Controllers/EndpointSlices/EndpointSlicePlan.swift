package import Addresses
package import KubeAPI

/// What has to be written so that a Service has the slices that its Pods ask for. A pure function of values.
package struct EndpointSlicePlan: Sendable {
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
    /// The families that slices are made for, the primary one first, with the reason why the proportional hints that
    /// the Service may ask for are not there.
    package private(set) var families: [(family: IPFamily, hintProblem: HintProblem?)] = []
    /// A Pod that is left out, with the Node that does not exist.
    package private(set) var stray: (pod: String, node: String)?

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
        let desired = PodEndpoints(service, pods: input.pods, family: family, input.topology)
        stray = stray ?? desired.stray
        let template = SliceTemplate(
            namespace: service.metadata.namespace, addressType: family.description,
            owner: service.ownerReference, labels: service.sliceLabels,
            namePrefix: SliceTemplate.namePrefix(
                service.metadata.name, addressType: family.description, isPrimary: isPrimary))
        // A stale slice is deleted before anything is made: its name is free.
        let free = Set(slices.stale.map(\.metadata.name))
        var plan = SlicePlan(
            desired.groups, replacing: existing, template, .slices(of: input.limit),
            isHeld: { !free.contains($0) && input.isTaken($0) })
        families.append((family, plan.addHints(for: service, input.topology)))
        slices += plan
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
