package import KubeAPI

/// Compiles the cluster into the table of one node, Service by Service: what did not change is kept. After each
/// update the table equals that of a compiler that starts from nothing with the same snapshot.
package struct ServiceTableCompiler: Sendable {
    package private(set) var table = ServiceTable()
    /// The Services whose `problems` the last update may have changed.
    package private(set) var affected: Set<ObjectName> = []
    private var compiled: [ObjectName: CompiledService] = [:]
    /// Who claims an address and does not have it, because another Service has the better claim.
    private var losers: [FrontendAddress: Set<ObjectName>] = [:]
    private var node: NodeContext?

    package init() {}

    /// The table of a snapshot.
    package static func compile(_ snapshot: ClusterSnapshot) -> ServiceTable {
        var compiler = ServiceTableCompiler()
        _ = compiler.update(snapshot, changed: Set(snapshot.services.keys))
        return compiler.table
    }

    /// Compiles the changed Services again; all of them if the node itself changed.
    /// - Parameter changed: every Service that came, went or changed since the last update, also by its
    ///   EndpointSlices or Pods.
    package mutating func update(
        _ snapshot: ClusterSnapshot, changed: Set<ObjectName>
    ) -> ServiceTable.Changes {
        var changes = ServiceTable.Changes()
        var changed = changed
        if node != snapshot.node {
            changes.nodeChanged = adopt(snapshot.node)
            changed.formUnion(snapshot.services.keys)
            changed.formUnion(compiled.keys)
        }
        affected = changed
        reserve(changed.count, &changes)
        var touched: [FrontendAddress: Claimants] = [:]
        touched.reserveCapacity(changed.count)
        let names = changed.sorted()
        let compiled = names.parallelMap { name in
            snapshot.services[name].map { CompiledService($0, in: snapshot) }
        }
        for (name, new) in zip(names, compiled) { replace(name, with: new, &changes, &touched) }
        for (address, claimants) in touched { settle(address, claimants, &changes) }
        return changes
    }

    /// Makes room for many Services at once.
    private mutating func reserve(_ count: Int, _ changes: inout ServiceTable.Changes) {
        guard count > compiled.count else { return }
        compiled.reserveCapacity(count)
        table.servicePorts.reserveCapacity(count)
        table.frontends.reserveCapacity(count)
        changes.servicePorts.reserveCapacity(count)
        changes.frontends.reserveCapacity(count)
    }

    /// What of a Service cannot be done as written, in a fixed order.
    package func problems(of name: ObjectName) -> [ServiceProblem] {
        guard let service = compiled[name] else { return [] }
        var problems = service.problems
        for address in service.frontends.keys {
            guard let owner = table.frontends[address]?.servicePort.serviceName, owner != name
            else { continue }
            problems.insert(
                ServiceProblem(
                    "AddressInUse",
                    "\(address) belongs to Service \(owner), which has the older claim; take the "
                        + "address out of one of them"))
        }
        return problems.sorted()
    }

    private mutating func adopt(_ node: NodeContext) -> Bool {
        var table = self.table
        table.nodeAddresses = node.nodePortAddresses
        table.podCIDRs = node.podCIDRs
        table.podInterfaces = node.podInterfaces
        table.serviceCIDRs = node.serviceCIDRs
        defer {
            self.node = node
            self.table = table
        }
        return table.nodeAddresses != self.table.nodeAddresses
            || table.podCIDRs != self.table.podCIDRs
            || table.podInterfaces != self.table.podInterfaces
            || table.serviceCIDRs != self.table.serviceCIDRs
    }
}

// MARK: Rows

extension ServiceTableCompiler {
    /// Puts the ServicePorts of one Service in place; adds the addresses whose frontends must be settled.
    private mutating func replace(
        _ name: ObjectName, with new: CompiledService?, _ changes: inout ServiceTable.Changes,
        _ touched: inout [FrontendAddress: Claimants]
    ) {
        let old = compiled[name]
        guard old != new else { return }
        compiled[name] = new
        for (port, state) in new?.servicePorts ?? SortedRows()
        where old?.servicePorts[port] != state {
            let before = table.servicePorts.updateValue(state, forKey: port)
            changes.servicePorts[port] = ServiceTable.Change(old: before, new: state)
        }
        for port in (old?.servicePorts ?? SortedRows()).keys where new?.servicePorts[port] == nil {
            let before = table.servicePorts.removeValue(forKey: port)
            changes.servicePorts[port] = ServiceTable.Change(old: before, new: nil)
        }
        touch(name, old, new, &touched)
    }

    /// Adds the addresses that the Service claims, gave up or claims otherwise.
    private mutating func touch(
        _ name: ObjectName, _ old: CompiledService?, _ new: CompiledService?,
        _ touched: inout [FrontendAddress: Claimants]
    ) {
        let before = old?.frontends ?? SortedRows()
        let now = new?.frontends ?? SortedRows()
        let ageChanged = old?.created != new?.created
        for (address, frontend) in now where ageChanged || before[address] != frontend {
            touched[address, default: Claimants()].insert(name)
        }
        for address in before.keys where now[address] == nil {
            losers[address]?.remove(name)
            touched[address, default: Claimants()].remove(name)
        }
    }

    /// Gives the address to the best claim: of those that have just been made, its owner's and those of the losers.
    private mutating func settle(
        _ address: FrontendAddress, _ new: Claimants, _ changes: inout ServiceTable.Changes
    ) {
        let before = table.frontends[address]
        let owner = before?.servicePort.serviceName
        var claimants = new
        for name in losers.removeValue(forKey: address) ?? [] { claimants.insert(name) }
        if let owner, compiled[owner]?.frontends[address] != nil { claimants.insert(owner) }
        var winner = claimants.only
        if claimants.count > 1 {
            let all = claimants.all
            winner = all.min { claim($0, address) < claim($1, address) }
            losers[address] = all.filter { $0 != winner }
        }
        // Who alone has just claimed it is among them already.
        if claimants.count > 1 || claimants.count > new.count { affected.formUnion(claimants.all) }
        if let owner { affected.insert(owner) }
        let now = winner.flatMap { compiled[$0]?.frontends[address] }
        guard before != now else { return }
        table.frontends[address] = now
        changes.frontends[address] = ServiceTable.Change(old: before, new: now)
    }

    /// Claims in order: a ClusterIP before anything that a user could write in a spec, then the older Service.
    private func claim(
        _ name: ObjectName, _ address: FrontendAddress
    ) -> (Int, String, ObjectName) {
        let service = compiled[name]
        let isClusterIP = service?.frontends[address]?.kind == .clusterIP
        return (isClusterIP ? 0 : 1, service?.created ?? "", name)
    }
}

/// The Services that claim one address: nearly always one.
private struct Claimants {
    private var first: ObjectName?
    private var others: Set<ObjectName> = []

    var count: Int { (first == nil ? 0 : 1) + others.count }

    /// The one there is; nil where there is none, or are several.
    var only: ObjectName? { others.isEmpty ? first : nil }

    var all: Set<ObjectName> { first.map { others.union([$0]) } ?? others }

    mutating func insert(_ name: ObjectName) {
        if first == nil {
            first = name
        } else if first != name {
            others.insert(name)
        }
    }

    mutating func remove(_ name: ObjectName) {
        if first == name { first = others.popFirst() } else { others.remove(name) }
    }
}

extension ServicePortName {
    /// The Service that the port belongs to.
    package var serviceName: ObjectName { ObjectName(namespace: namespace, name: service) }
}
