import Addresses
import LoadBalancing
import Synchronization

/// What the userspace data plane remembers of the tables it was given. Changed by one caller at a time.
struct ControlState {
    private(set) var listeners = ListenerSet()
    private var ownAddresses: Set<IPAddress> = []
    /// Kept, so that all plans share it.
    private var internalSources: InternalSources?
    private var relays: [ServicePortName: ServicePortRelay] = [:]
    /// The frontends of a ServicePort: its backends decide whether they are bound.
    private var frontendsOf: [ServicePortName: Set<FrontendAddress>] = [:]
    private var rendered: [FrontendAddress: UserspaceRenderer.Rendered] = [:]
    /// Which frontends want a key, in their order; the first one has it.
    private var claims: [ListenerKey: [FrontendAddress]] = [:]
    /// Frontends that cannot be rendered as asked, and keys that more than one frontend wants: the few that are looked
    /// at for `problems`.
    private var flawed: [FrontendAddress: FrontendProblem] = [:]
    private var contested: Set<ListenerKey> = []

    /// What the relay threads must take note of.
    struct Result {
        var listeners: [ListenerSet.Update] = []
        var backendsGone = false
    }

    /// Takes over a table, and does not keep it: a copy would make the next change of it copy whole dictionaries. The
    /// choosers are changed when this returns; the threads have to be told the rest.
    mutating func take(
        _ table: ServiceTable, _ changes: ServiceTable.Changes,
        ownAddresses: Set<IPAddress>
    ) -> Result {
        let hostChanged = changes.nodeChanged || ownAddresses != self.ownAddresses
        self.ownAddresses = ownAddresses
        if hostChanged || internalSources == nil {
            internalSources = InternalSources(table, ownAddresses)
        }
        var result = Result()
        for (name, change) in changes.servicePorts {
            if updateRelay(name, change.new) { result.backendsGone = true }
        }
        for (address, change) in changes.frontends { index(address, change) }
        var affected = Set(changes.frontends.keys)
        for name in changes.servicePorts.keys { affected.formUnion(frontendsOf[name] ?? []) }
        if hostChanged { affected.formUnion(table.frontends.keys) }

        var keys: Set<ListenerKey> = []
        for address in affected { keys.formUnion(render(address, table)) }
        for key in keys.sorted() { bind(key, &result) }
        for (name, change) in changes.servicePorts where change.new == nil { relays[name] = nil }
        return result
    }

    /// Tries again to bind what could not be bound.
    mutating func retryBinding() -> Result {
        var result = Result()
        for key in listeners.unbound { bind(key, &result) }
        return result
    }

    var hasUnbound: Bool { !listeners.unbound.isEmpty }

    /// Everything that is wrong now.
    var problems: [FrontendAddress: FrontendProblem] {
        var problems = flawed
        for key in listeners.unbound {
            if let problem = listeners.problem(key), let first = claims[key]?.first {
                problems[first] = problem
            }
        }
        for key in contested {
            guard let claimants = claims[key] else { continue }
            for other in claimants.dropFirst() {
                problems[other] = .takenByOtherFrontend(key, claimants[0])
            }
        }
        return problems
    }

    func loads(of name: ServicePortName) -> [BackendLoad] {
        relays[name]?.chooser.withLock { $0.loads } ?? []
    }

    /// True if a backend is gone.
    private mutating func updateRelay(_ name: ServicePortName, _ state: ServicePortState?) -> Bool {
        let state = state ?? ServicePortState()
        if let relay = relays[name] { return relay.chooser.withLock { $0.update(state) } }
        relays[name] = ServicePortRelay(name, state)
        return false
    }

    private mutating func index(
        _ address: FrontendAddress, _ change: ServiceTable.Change<Frontend>
    ) {
        if let old = change.old { frontendsOf[old.servicePort]?.remove(address) }
        if let new = change.new { frontendsOf[new.servicePort, default: []].insert(address) }
        if let old = change.old, frontendsOf[old.servicePort]?.isEmpty == true {
            frontendsOf[old.servicePort] = nil
        }
    }

    /// Renders a frontend anew and answers which keys it had or has.
    private mutating func render(
        _ address: FrontendAddress, _ table: ServiceTable
    ) -> Set<ListenerKey> {
        let old = rendered[address]
        var new: UserspaceRenderer.Rendered?
        if table.frontends[address] != nil, let internalSources {
            new = UserspaceRenderer.render(address, of: table, internalSources)
        }
        rendered[address] = new
        flawed[address] = new?.problem
        let before = Set((old?.listeners ?? [:]).keys)
        let after = Set((new?.listeners ?? [:]).keys)
        for key in before.subtracting(after) {
            claims[key]?.removeAll { $0 == address }
            if claims[key]?.isEmpty == true { claims[key] = nil }
            if claims[key]?.count ?? 0 < 2 { contested.remove(key) }
        }
        for key in after.subtracting(before) {
            claims[key, default: []].append(address)
            claims[key]?.sort()
            if claims[key]?.count ?? 0 > 1 { contested.insert(key) }
        }
        return before.union(after)
    }

    private mutating func bind(_ key: ListenerKey, _ result: inout Result) {
        let plan = claims[key]?.first.flatMap { rendered[$0]?.listeners[key] }
        let update = listeners.set(key, plan) { name in
            relays[name] ?? ServicePortRelay(name, .init())
        }
        if let update { result.listeners.append(update) }
    }
}
