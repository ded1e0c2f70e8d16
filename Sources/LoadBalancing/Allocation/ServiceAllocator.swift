package import Addresses
package import KubeAPI

/// The pools of a cluster and the admission of Services to them: ClusterIPs, NodePorts, health check ports.
///
/// `admit` takes from the pools at once; `commit` and `rollback` settle it when the store has answered, so a write
/// that fails leaks nothing and no two writes get the same value.
package struct ServiceAllocator: Sendable {
    private var addresses: ClusterIPRanges
    var portPool: PortPool
    private let gates: FeatureGates
    private var portClaims = Claims<Int64>()
    /// The families that Services can have; the first is the default.
    package let families: [IPFamily]

    /// Several CIDRs a family are tried in order; the family of the first is the default family.
    package init(
        serviceCIDRs: [IPPrefix], nodePorts: ClosedRange<Port>, gates: FeatureGates = FeatureGates()
    ) {
        self.gates = gates
        addresses = ClusterIPRanges(serviceCIDRs.map { ServiceNetwork($0) })
        portPool = PortPool(nodePorts)
        families = serviceCIDRs.reduce(into: []) { families, prefix in
            if !families.contains(prefix.family) { families.append(prefix.family) }
        }
    }

    package var serviceCIDRs: [IPPrefix] { addresses.prefixes }
    package var nodePorts: ClosedRange<Port> { portPool.range }

    /// Takes the networks of from now on, in the order in which they are tried; what is held stays held. The
    /// families stay those of the start.
    package mutating func set(_ networks: [ServiceNetwork]) { addresses.set(networks) }

    /// Who holds an address; nil if it is free.
    package func owner(of address: IPAddress) -> ObjectName? { addresses[address] }
    /// Who holds a NodePort or health check port; nil if it is free.
    package func owner(ofNodePort port: Port) -> ObjectName? { portClaims[Int64(port)] }

    /// The Service that holds an address; nil if nobody does, or an IPAddress object alone.
    package func service(holding address: IPAddress) -> ObjectName? {
        addresses.holder(of: address)
    }

    /// Whether a Service would hold an address of no network if `prefixes` went and `others` stayed.
    package func isNeeded(_ prefixes: [IPPrefix], beside others: [IPPrefix]) -> Bool {
        addresses.isNeeded(prefixes, beside: others)
    }

    /// The ClusterIPs that a Service has.
    package static func addresses(of service: Service) -> Set<IPAddress> {
        AllocatedValues(of: service).addresses
    }

    /// An IPAddress object that no Service stands behind keeps an address from being given out.
    package mutating func reserve(_ address: IPAddress) {
        _ = addresses.adopt(address, by: Self.reservation(of: address))
    }

    /// The IPAddress object is gone.
    package mutating func endReservation(of address: IPAddress) {
        addresses.release(address, by: Self.reservation(of: address))
    }

    /// No Service has this name: it lacks a namespace.
    private static func reservation(of address: IPAddress) -> ObjectName {
        ObjectName(address.description)
    }

    /// Fills what the server chooses in a Service that `ServiceRules.prepareForCreate` or `prepareForUpdate` has seen:
    /// families, addresses, NodePorts. `ServiceRules.createErrors` or `updateErrors` comes after it.
    /// - Parameters:
    ///   - old: the stored object that this write replaces; nil for a create.
    ///   - dryRun: take nothing; an address that would be chosen reads as the network address of the first CIDR.
    /// - Throws: `Invalid` for what the user asked for and cannot have, `InternalError` when a pool is full.
    package mutating func admit(
        _ new: Service, replacing old: Service?, dryRun: Bool = false,
        using rng: inout some RandomNumberGenerator
    ) throws(Status) -> (Service, ServiceAllocations) {
        var service = new
        try IPFamilyCompletion(families: families, gates: gates).complete(&service, replacing: old)
        var allocations = ServiceAllocations(owner: service.objectName)
        let held = old.map(AllocatedValues.init(of:))
        do throws(Status) {
            try allocateAddresses(&service, old, &allocations, dryRun: dryRun, using: &rng)
            try allocateNodePorts(&service, held, &allocations, using: &rng)
            try allocateHealthCheckNodePort(&service, old?.spec, &allocations, using: &rng)
        } catch {
            rollback(allocations)
            throw error
        }
        if dryRun {
            rollback(allocations)
            return (service, ServiceAllocations(owner: service.objectName))
        }
        if let held {
            let kept = AllocatedValues(of: service)
            allocations.droppedAddresses = held.addresses.subtracting(kept.addresses)
            allocations.droppedPorts = held.ports.subtracting(kept.ports)
        }
        return (service, allocations)
    }

    /// The write is stored: what the Service no longer holds goes back.
    package mutating func commit(_ allocations: ServiceAllocations) {
        for address in allocations.droppedAddresses {
            addresses.release(address, by: allocations.owner)
        }
        for port in allocations.droppedPorts { release(port, by: allocations.owner) }
    }

    /// The write failed: what it took goes back.
    package mutating func rollback(_ allocations: ServiceAllocations) {
        for address in allocations.takenAddresses {
            addresses.release(address, by: allocations.owner)
        }
        for port in allocations.takenPorts { release(port, by: allocations.owner) }
    }

    /// The Service is deleted: everything that it held goes back.
    package mutating func release(of service: Service) {
        let held = AllocatedValues(of: service)
        for address in held.addresses { addresses.release(address, by: service.objectName) }
        for port in held.ports { release(port, by: service.objectName) }
    }

    /// Takes what stored Services hold; call it once at the start. Of two that hold the same value the older owns
    /// it, the other follows when the owner goes.
    package mutating func adopt(_ services: some Sequence<Service>) -> [AllocationConflict] {
        let byAge = services.sorted {
            ($0.metadata.creationTimestamp ?? "", $0.objectName)
                < ($1.metadata.creationTimestamp ?? "", $1.objectName)
        }
        var conflicts: [AllocationConflict] = []
        for service in byAge {
            let held = AllocatedValues(of: service)
            for address in held.addresses.sorted() {
                guard let reason = addresses.adopt(address, by: service.objectName) else {
                    continue
                }
                conflicts.append(
                    AllocationConflict(
                        service: service.objectName, what: "\(address)", reason: reason))
            }
            for port in held.ports.sorted() {
                guard let reason = adopt(port, by: service.objectName) else { continue }
                conflicts.append(
                    AllocationConflict(
                        service: service.objectName, what: "nodePort \(port)", reason: reason))
            }
        }
        return conflicts
    }
}

// The pools with their claims: one place that changes both.
extension ServiceAllocator {
    mutating func take(
        _ address: IPAddress, for allocations: inout ServiceAllocations
    ) throws(AllocationError) {
        try addresses.take(address, by: allocations.owner)
        allocations.takenAddresses.append(address)
    }

    mutating func takeNextAddress(
        _ family: IPFamily, for allocations: inout ServiceAllocations,
        using rng: inout some RandomNumberGenerator
    ) throws(AllocationError) -> IPAddress {
        let address = try addresses.takeNext(family, by: allocations.owner, using: &rng)
        allocations.takenAddresses.append(address)
        return address
    }

    mutating func take(
        port: Int64, for allocations: inout ServiceAllocations
    ) throws(AllocationError) {
        try portPool.allocate(port)
        _ = portClaims.add(port, by: allocations.owner)
        allocations.takenPorts.append(port)
    }

    mutating func takeNextPort(
        for allocations: inout ServiceAllocations, using rng: inout some RandomNumberGenerator
    ) throws(AllocationError) -> Int64 {
        let port = Int64(try portPool.allocateNext(using: &rng))
        _ = portClaims.add(port, by: allocations.owner)
        allocations.takenPorts.append(port)
        return port
    }

    private mutating func release(_ port: Int64, by owner: ObjectName) {
        if portClaims.remove(port, by: owner) { portPool.release(port) }
    }

    private mutating func adopt(
        _ port: Int64, by name: ObjectName
    ) -> AllocationConflict.Reason? {
        if let owner = portClaims.add(port, by: name) { return .heldBy(owner) }
        do throws(AllocationError) {
            try portPool.allocate(port)
            return nil
        } catch {
            return .refused(error)
        }
    }
}
