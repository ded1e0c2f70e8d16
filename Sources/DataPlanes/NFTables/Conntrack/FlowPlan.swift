package import Addresses
package import LoadBalancing
package import Wire

/// Which tracked UDP flows must go, because their packets go on to where nobody answers: the kernel sends a flow
/// where it sent the first packet, for as long as packets come. TCP and SCTP end such connections themselves, and
/// are left alone.
package struct FlowPlan: Equatable, Sendable {
    /// By where clients send to.
    package var rules: [IPSocketAddress: FlowRule] = [:]
    /// Flows into these that no rule speaks of lead to no Service: all of them go.
    package var orphaned: [IPPrefix] = []

    package init() {}

    package var isEmpty: Bool { rules.isEmpty && orphaned.isEmpty }

    package func removes(_ flow: ConntrackEntry) -> Bool {
        guard flow.protocol == .udp else { return false }
        if let rule = rules[flow.destination] { return rule.removes(flow) }
        guard orphaned.contains(where: { $0.contains(flow.destination.address) }) else {
            return false
        }
        return FlowRule(keeping: [], removesUntranslated: true).removes(flow)
    }

    /// Judges every flow by a whole table: for the start, when nobody knows what changed since the last one.
    /// - Parameter former: what is known to have been served before. A flow to none of these, nor to the table's
    ///   frontends, nor to a Service network, is somebody else's.
    package init(auditing table: ServiceTable, former: Set<FrontendAddress>) {
        for frontend in former where frontend.protocol == .udp {
            add(frontend, in: table, removesUntranslated: false)
        }
        for frontend in table.frontends.keys where frontend.protocol == .udp {
            add(frontend, in: table, removesUntranslated: true)
        }
        orphaned = table.serviceCIDRs
    }

    /// What `changes` leave behind; nothing where they concern no UDP frontend, or only add to it.
    /// - Parameters:
    ///   - table: after the changes.
    ///   - frontends: those of `table`.
    package init(
        after changes: ServiceTable.Changes, in table: ServiceTable, _ frontends: UDPFrontends
    ) {
        for (name, change) in changes.servicePorts where name.protocol == .udp {
            let isFirst = change.old?.hasBackend != true && change.new?.hasBackend == true
            guard isFirst || change.losesBackend else { continue }
            for frontend in frontends[name] {
                add(frontend, in: table, removesUntranslated: isFirst)
            }
        }
        for (frontend, change) in changes.frontends where frontend.protocol == .udp {
            guard change.old?.servicePort != change.new?.servicePort else { continue }
            add(frontend, in: table, removesUntranslated: change.old == nil)
        }
        if changes.nodeChanged { addNodePorts(in: table, frontends) }
    }

    /// Takes a later plan in, and judges what was to be done already by the table as it is now.
    package mutating func add(_ later: FlowPlan, in table: ServiceTable) {
        for (destination, rule) in rules {
            add(destination, in: table, removesUntranslated: rule.removesUntranslated)
        }
        add(later)
    }

    /// Takes a later plan in.
    mutating func add(_ later: FlowPlan) {
        for (destination, rule) in later.rules { set(rule, for: destination) }
        if !later.orphaned.isEmpty { orphaned = later.orphaned }
    }

    /// The node may have got an address: flows to it were opened before there was a rule.
    private mutating func addNodePorts(in table: ServiceTable, _ frontends: UDPFrontends) {
        for frontend in frontends.all where frontend.isNodePort {
            add(frontend, in: table, removesUntranslated: true)
        }
    }

    private mutating func add(
        _ frontend: FrontendAddress, in table: ServiceTable, removesUntranslated: Bool
    ) {
        for destination in table.destinations(of: frontend) {
            add(destination, in: table, removesUntranslated: removesUntranslated)
        }
    }

    private mutating func add(
        _ destination: IPSocketAddress, in table: ServiceTable, removesUntranslated: Bool
    ) {
        let owner = table.frontend(destination, .udp)?.servicePort
        let kept = owner.flatMap { table.servicePorts[$0] }?.serving ?? []
        set(FlowRule(keeping: kept, removesUntranslated: removesUntranslated), for: destination)
    }

    private mutating func set(_ rule: FlowRule, for destination: IPSocketAddress) {
        var rule = rule
        if rules[destination]?.removesUntranslated == true { rule.removesUntranslated = true }
        rules[destination] = rule
    }
}

extension ServiceTable.Change<ServicePortState> {
    fileprivate var losesBackend: Bool {
        guard let old else { return false }
        return !old.serving.isSubset(of: new?.serving ?? [])
    }
}
