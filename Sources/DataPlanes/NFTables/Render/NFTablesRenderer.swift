import Addresses
import LoadBalancing
import Wire

/// Turns a ServiceTable into the elements of one family's table: all of them, or what a change makes of them. It
/// remembers what it has rendered (ids, slots), and nothing else; pure but for that.
struct NFTablesRenderer: Sendable {
    let layout: NFTablesLayout
    private(set) var structure = Structure()
    private(set) var ports: [ServicePortName: RenderedPort] = [:]
    private(set) var frontends: [FrontendAddress: RenderedFrontend] = [:]
    private(set) var node = RenderedNode()
    private var use = StructureUse()
    private var clusterIPs = AddressCounts()
    private var hairpins = AddressCounts()
    private var nextID = ReservedID.firstList
    /// In use since before the last id was reached: to be left out.
    private var oldIDs: Set<UInt32> = []
    private var leaving: [Leaving] = []
    /// Who may connect to what not everybody may from the next batch on. The kernel makes changes of a set of concatenated
    /// intervals visible at the end of a commit, after those of all others (Linux 6.18, nft_set_pipapo.c): so they go ahead of it.
    private var arriving: [NFTables.Element] = []
    /// The kernel has the table already: a batch may go ahead of another.
    var isThere = false
    /// Of least-connections ServicePorts: the weights that the open connections call for.
    var tuning: [ServicePortName: [IPSocketAddress: UInt32]] = [:]
    /// What a predecessor has left, while it is adopted.
    var hints: ArrangementHints?

    /// Bytes of elements after which a batch is closed. A ServicePort is never split, so no packet sees half of one.
    let batchSize: Int

    init(_ family: IPFamily, podInterfaces: PodInterfaces? = nil, batchSize: Int = 4 << 20) {
        layout = NFTablesLayout(family: family, podInterfaces: podInterfaces)
        self.batchSize = batchSize
    }

    /// Forgets what was rendered: nothing is known of the kernel. Weights that were counted stay.
    mutating func restart(for table: ServiceTable) {
        let tuning = tuning
        self = NFTablesRenderer(
            family, podInterfaces: table.podInterfaces, batchSize: batchSize)
        self.tuning = tuning
    }

    var family: IPFamily { layout.family }

    /// Ids of lists that backends have gone from, with those that are left: what clients remember of the others is to
    /// be forgotten.
    private(set) var forgotten: [UInt32: Set<IPSocketAddress>] = [:]

    mutating func takeForgotten() -> [UInt32: Set<IPSocketAddress>] {
        defer { forgotten = [:] }
        return forgotten
    }

    /// The lists with session affinity, each with its backends.
    var stickyLists: [UInt32: Set<IPSocketAddress>] {
        var lists: [UInt32: Set<IPSocketAddress>] = [:]
        for port in ports.values {
            for list in [port.cluster, port.local].compactMap({ $0 }) where list.timeout != nil {
                lists[list.id] = Set(list.slots)
            }
        }
        return lists
    }

    // MARK: Rows

    /// Renders one ServicePort and its frontends as `table` has them; those of `also` may have come to it.
    mutating func render(
        _ name: ServicePortName, also: [FrontendAddress], _ table: ServiceTable,
        into sink: inout some ElementSink
    ) {
        let state = table.servicePorts[name]
        let old = ports[name] ?? RenderedPort()
        let addresses = Self.union(old.frontends, also)
        var frontends: [FrontendAddress] = []
        var used = ListUse()
        for address in addresses {
            guard let frontend = table.frontends[address], frontend.servicePort == name else {
                continue
            }
            frontends.append(address)
            used.insert(frontend.internalList)
            used.insert(frontend.externalList)
        }
        var new = arranged(name, state, used, before: old)
        new.frontends = frontends
        let isServed = addresses.contains { table.frontends[$0] != nil }
        replace(old.cluster, with: new.cluster, name.protocol, leavingLater: isServed, into: &sink)
        replace(old.local, with: new.local, name.protocol, leavingLater: isServed, into: &sink)
        for address in addresses {
            render(address, of: name, new, table, into: &sink)
        }
        ports[name] = state == nil && frontends.isEmpty ? nil : new
        if state?.scheduler != .leastConnections { tuning[name] = nil }
    }

    /// Both, in order, each once.
    private static func union(_ a: [FrontendAddress], _ b: [FrontendAddress]) -> [FrontendAddress] {
        if b.isEmpty { return a }
        if a.isEmpty, b.count == 1 { return b }
        return Set(a).union(b).sorted()
    }

    /// Renders the lists of a ServicePort that is there again, with the same backends.
    mutating func rearrange(
        _ name: ServicePortName, _ state: ServicePortState, into sink: inout some ElementSink
    ) {
        guard let old = ports[name] else { return }
        var new = arranged(name, state, old.used, before: old)
        new.frontends = old.frontends
        guard (old.cluster?.id, old.local?.id) == (new.cluster?.id, new.local?.id) else { return }
        replace(old.cluster, with: new.cluster, name.protocol, into: &sink)
        replace(old.local, with: new.local, name.protocol, into: &sink)
        ports[name] = new
    }

    /// The lists that a frontend leads to: of others nobody would know the ids after a restart.
    private mutating func arranged(
        _ name: ServicePortName, _ state: ServicePortState?, _ used: ListUse,
        before: RenderedPort
    ) -> RenderedPort {
        var port = RenderedPort()
        port.used = used
        guard let state else { return port }
        func wanted(_ backends: [Backend]) -> WantedList {
            WantedList(
                backends: backends, scheduler: state.scheduler, timeout: state.affinityTimeout,
                tuning: tuning[name])
        }
        // With affinity each keeps an id of its own: clients are remembered by it, also when the lists cease to be the same.
        port.localIsCluster =
            used == .both && state.affinityTimeout == nil && state.local == state.cluster
        if !state.cluster.isEmpty, used.contains(.cluster) {
            port.cluster = arranged(wanted(state.cluster), before.cluster, name, .cluster)
        }
        if !state.local.isEmpty, used.contains(.local), !port.localIsCluster {
            port.local = arranged(wanted(state.local), before.local, name, .local)
        }
        return port
    }

    private mutating func arranged(
        _ wanted: WantedList, _ before: RenderedList?, _ name: ServicePortName,
        _ list: BackendList
    ) -> RenderedList {
        let before = before ?? hints?.take(name, list)
        let id = before?.id ?? newID()
        return wanted.arranged(id: id, before: before)
    }

    private mutating func newID() -> UInt32 {
        if nextID >= ReservedID.special { beginAgain() }
        while oldIDs.contains(nextID) { nextID += 1 }
        defer { nextID += 1 }
        return nextID
    }

    /// All ids have been given out once.
    private mutating func beginAgain() {
        nextID = ReservedID.firstList
        oldIDs = hints?.ids ?? []
        for port in ports.values {
            oldIDs.formUnion([port.cluster?.id, port.local?.id].compactMap { $0 })
        }
    }

    /// No id up to this one is given out: a predecessor may have used it.
    mutating func reserveIDs(upTo id: UInt32) {
        nextID = max(nextID, min(id, ReservedID.special - 1) + 1)
    }

    /// Makes room for all that a table has of this family at once.
    mutating func reserve(for table: ServiceTable) {
        let own = table.frontends.reduce(into: (all: 0, clusterIPs: 0)) { count, frontend in
            guard frontend.key.family == family else { return }
            count.all += 1
            if frontend.value.kind == .clusterIP { count.clusterIPs += 1 }
        }
        ports.reserveCapacity(table.servicePorts.keys.count { $0.family == family })
        frontends.reserveCapacity(own.all)
        clusterIPs.reserve(own.clusterIPs, family)
    }

    mutating func remember(_ node: RenderedNode) { self.node = node }

    /// Makes the structure what is needed by now, and says how.
    mutating func adoptStructure(into batch: inout NFTables.Batch) {
        let roundRobins = use.changedRoundRobins
        let old = structure
        adoptStructure()
        StructureChange(layout, from: old, to: structure, roundRobins: roundRobins)
            .write(to: &batch)
    }

    mutating func adoptStructure() { use.adopt(into: &structure) }

    var needsStructure: Bool { use.differs(from: structure) }
}

// MARK: Frontends

extension NFTablesRenderer {
    private mutating func render(
        _ address: FrontendAddress, of name: ServicePortName, _ port: RenderedPort,
        _ table: ServiceTable, into sink: inout some ElementSink
    ) {
        let old = frontends[address]
        guard let frontend = table.frontends[address], frontend.servicePort == name else {
            // Another ServicePort may have it now: it takes the elements over when it is rendered.
            guard let old, old.servicePort == name, table.frontends[address] == nil else {
                return
            }
            replace(old, with: nil, address, into: &sink)
            frontends[address] = nil
            return
        }
        let lists = (port.list(frontend.internalList), port.list(frontend.externalList))
        let new = RenderedFrontend(
            servicePort: name,
            internalID: Self.id(lists.0, frontend.whenInternalEmpty),
            externalID: Self.id(lists.1, frontend.whenExternalEmpty),
            masquerade: frontend.masquerade, isNodePort: address.isNodePort,
            ranges: frontend.sourceRanges, isClusterIP: frontend.kind == .clusterIP,
            isSticky: lists.0?.timeout != nil || lists.1?.timeout != nil)
        guard old != new else { return }
        replace(old, with: new, address, into: &sink)
        frontends[address] = new
    }

    private static func id(
        _ list: RenderedList?, _ whenEmpty: Frontend.WhenEmpty
    ) -> UInt32 {
        if let list { return list.id }
        switch whenEmpty {
        case .reject: return ReservedID.reject
        case .drop: return ReservedID.drop
        }
    }

    private mutating func replace(
        _ old: RenderedFrontend?, with new: RenderedFrontend?, _ address: FrontendAddress,
        into sink: inout some ElementSink
    ) {
        switch address.host {
        case .address(let host):
            let key = Elements.key(host, address)
            let names = FrontendSets(
                ids: .servicePorts, externalIDs: .externalServicePorts,
                masquerade: .masqueradeModes)
            names.replace(old, with: new, key, into: &sink)
            replaceRanges(old?.ranges, with: new?.ranges, key, host, address, into: &sink)
            let (wasClusterIP, isClusterIP) = (old?.isClusterIP ?? false, new?.isClusterIP ?? false)
            guard wasClusterIP != isClusterIP else { return }
            if isClusterIP, clusterIPs.add(host) {
                sink.add(Elements.address(host), to: .clusterIPs)
            }
            if wasClusterIP, clusterIPs.remove(host) {
                sink.remove(Elements.address(host), from: .clusterIPs)
            }
        case .node:
            let names = FrontendSets(
                ids: .nodePorts, externalIDs: .externalNodePorts,
                masquerade: .nodeMasqueradeModes)
            names.replace(old, with: new, Elements.nodeKey(address), into: &sink)
        }
    }

    private mutating func replaceRanges(
        _ old: [IPPrefix]?, with new: [IPPrefix]?, _ key: NFTables.Value, _ host: IPAddress,
        _ address: FrontendAddress, into sink: inout some ElementSink
    ) {
        guard old != new else { return }
        let before = AddressRange.merged(old ?? [])
        let now = AddressRange.merged(new ?? [])
        for range in before where !now.contains(range) {
            let element = Elements.allowed(host, address, range)
            if new == nil {
                // A packet may know already that not everybody may connect.
                leaving.append(.allowed(element))
            } else {
                sink.remove(element, from: .allowed)
            }
        }
        for range in now where !before.contains(range) {
            let element = Elements.allowed(host, address, range)
            if old == nil, isThere {
                arriving.append(element)
            } else {
                sink.add(element, to: .allowed)
            }
        }
        if old == nil { sink.add(NFTables.Element(key), to: .restricted) }
        if new == nil { sink.remove(NFTables.Element(key), from: .restricted) }
    }
}

/// Which sets hold frontends of one kind of key.
private struct FrontendSets {
    let ids: SetName
    let externalIDs: SetName
    let masquerade: SetName

    func replace(
        _ old: RenderedFrontend?, with new: RenderedFrontend?, _ key: NFTables.Value,
        into sink: inout some ElementSink
    ) {
        replace(old?.entryID, new?.entryID, key, ids, &sink)
        replace(Self.external(old), Self.external(new), key, externalIDs, &sink)
        replace(old?.masqueradeMode, new?.masqueradeMode, key, masquerade, &sink)
    }

    /// nil where everybody gets the same.
    private static func external(_ frontend: RenderedFrontend?) -> UInt32? {
        guard let frontend, frontend.externalID != frontend.internalID else { return nil }
        return frontend.externalID
    }

    private func replace(
        _ old: UInt32?, _ new: UInt32?, _ key: NFTables.Value, _ map: SetName,
        _ sink: inout some ElementSink
    ) {
        guard old != new else { return }
        if let old {
            sink.remove(
                NFTables.Element(key, data: .value(Elements.number(old))), from: map)
        }
        if let new {
            sink.add(NFTables.Element(key, data: .value(Elements.number(new))), to: map)
        }
    }
}

// MARK: Lists

extension NFTablesRenderer {
    /// - Parameter leavingLater: frontends led to it, and lead elsewhere now: its elements are to leave after that.
    private mutating func replace(
        _ old: RenderedList?, with new: RenderedList?, _ protocol: L4Protocol,
        leavingLater: Bool = false, into sink: inout some ElementSink
    ) {
        guard old != new else { return }
        if leavingLater, let old, new == nil {
            leaving.append(.list(old, `protocol`))
            return
        }
        replaceMembership(old, with: new, `protocol`, into: &sink)
        replaceSlots(old, with: new, `protocol`, into: &sink)
        replaceHairpins(old?.hairpins ?? [], with: new?.hairpins ?? [], into: &sink)
        if let old, old.timeout != nil {
            let left = Set(new?.timeout == nil ? [] : new?.slots ?? [])
            if !left.isSuperset(of: old.slots) { forgotten[old.id] = left }
        }
    }

    private mutating func replaceMembership(
        _ old: RenderedList?, with new: RenderedList?, _ protocol: L4Protocol,
        into sink: inout some ElementSink
    ) {
        if old?.choice != new?.choice {
            if let old {
                use.remove(old)
                sink.remove(old.membership, from: old.choice.set)
            }
            if let new {
                use.add(new, `protocol`)
                sink.add(new.membership, to: new.choice.set)
            }
        }
        if old?.timeout != new?.timeout {
            if let old, let timeout = old.timeout {
                let leaves = Leaving.timeout(timeout, list: old.id)
                if new?.timeout == nil {
                    remove(leaves, into: &sink)
                } else {
                    // A packet that has passed the new set finds the old one.
                    leaving.append(leaves)
                }
            }
            if let new, let timeout = new.timeout {
                use.add(timeout: timeout)
                sink.add(Elements.id(new.id), to: .sticky(timeout))
            }
        }
    }

    private func replaceSlots(
        _ old: RenderedList?, with new: RenderedList?, _ protocol: L4Protocol,
        into sink: inout some ElementSink
    ) {
        let before = old?.slots ?? []
        let now = new?.slots ?? []
        let map = (old: old?.choice.backends(`protocol`), new: new?.choice.backends(`protocol`))
        for slot in 0..<max(before.count, now.count) {
            let gone = slot < before.count ? before[slot] : nil
            let come = slot < now.count ? now[slot] : nil
            guard gone != come || map.old != map.new else { continue }
            if let gone, let old, let map = map.old {
                sink.remove(Elements.slot(old.id, slot, gone), from: map)
            }
            if let come, let new, let map = map.new {
                sink.add(Elements.slot(new.id, slot, come), to: map)
            }
        }
    }

    private mutating func replaceHairpins(
        _ old: [IPAddress], with new: [IPAddress], into sink: inout some ElementSink
    ) {
        guard old != new else { return }
        for address in old.isEmpty ? new : new.filter(Set(old).isMissing) {
            if hairpins.add(address) { sink.add(Elements.pair(address), to: .hairpin) }
        }
        for address in new.isEmpty ? old : old.filter(Set(new).isMissing) {
            if hairpins.remove(address) { sink.remove(Elements.pair(address), from: .hairpin) }
        }
    }
}

/// What some packet may be about to look up when a commit takes the way to it away: to be taken out by a later one.
enum Leaving: Sendable {
    /// No frontend leads to it any more.
    case list(RenderedList, L4Protocol)
    /// The list has another timeout.
    case timeout(UInt32, list: UInt32)
    /// Who may connect to a frontend to which everybody may.
    case allowed(NFTables.Element)
}

extension NFTablesRenderer {
    mutating func takeArriving() -> [NFTables.Element] {
        defer { arriving = [] }
        return arriving
    }

    mutating func takeLeaving() -> [Leaving] {
        defer { leaving = [] }
        return leaving
    }

    mutating func remove(_ leaving: Leaving, into sink: inout some ElementSink) {
        switch leaving {
        case .list(let list, let `protocol`): replace(list, with: nil, `protocol`, into: &sink)
        case .timeout(let timeout, let list):
            use.remove(timeout: timeout)
            sink.remove(Elements.id(list), from: .sticky(timeout))
        case .allowed(let element): sink.remove(element, from: .allowed)
        }
    }
}

extension RenderedList {
    /// What makes the id one of its set.
    var membership: NFTables.Element {
        switch choice {
        case .random, .maglev: Elements.id(id)
        case .roundRobin:
            Elements.id(id, .verdict(.goto(ChainName.roundRobin(id).text)))
        }
    }
}

extension RenderedList.Choice {
    var set: SetName {
        switch self {
        case .random(let slots): .slots(slots)
        case .maglev(let slots): .maglev(slots)
        case .roundRobin: .roundRobin
        }
    }

    /// Where the slots lead to backends.
    func backends(_ protocol: L4Protocol) -> SetName {
        switch self {
        case .random(let slots) where slots <= Structure.readySlots && `protocol` == .tcp: .backends
        case .random, .maglev, .roundRobin: .otherBackends
        }
    }
}

extension Set {
    fileprivate func isMissing(_ element: Element) -> Bool { !contains(element) }
}
