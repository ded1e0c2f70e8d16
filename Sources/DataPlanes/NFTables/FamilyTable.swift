import Addresses
import Linux
import LoadBalancing
import Synchronization
import Wire

/// One family's table: what was rendered last, and the way to the kernel.
struct FamilyTable: Sendable {
    private(set) var renderer: NFTablesRenderer
    /// The kernel is known to have what was rendered last.
    private(set) var isCurrent = false
    /// UDP frontends that the kernel had when it was listed, and the table did not.
    private var former: Set<FrontendAddress> = []

    /// Lists that backends have gone from since the last look but one, and since the last one.
    private var reducedBefore: Set<UInt32> = []
    private var reduced: Set<UInt32> = []
    /// What clients remember of some of them was not looked for yet: that takes too long for a commit.
    private(set) var needsLook = false
    /// Clients that are known to be remembered.
    private var remembered = 0
    /// To list more than so many takes the kernel longer than a commit may: milliseconds, and ever more of them.
    private static let fewMemories = 4096

    init(_ family: IPFamily) { self.init(NFTablesRenderer(family)) }

    init(_ renderer: NFTablesRenderer) { self.renderer = renderer }

    /// Lists the kernel's table and makes it what `table` asks for, by what differs; where it is not there, or is not
    /// ours, it is made anew.
    mutating func adopt(
        _ table: ServiceTable, _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        isCurrent = false
        let kernel = try KernelTable(renderer.family, &socket)
        former.formUnion(
            kernel.udpFrontends(renderer.family).filter { table.frontends[$0] == nil })
        renderer.restart(for: table)
        if kernel.table != nil, try adopt(kernel, table, &socket) {
            try forget(renderer.stickyLists, &socket, others: true)
            isCurrent = true
            return
        }
        renderer.restart(for: table)
        var kept: LearnedElements?
        if kernel.table != nil {
            take(kernel, table)
            kept = try LearnedElements(kernel, renderer.layout, &socket)
        }
        try make(table, replacing: kept, &socket)
        renderer.hints = nil
        _ = renderer.takeForgotten()
        if kept != nil { try forget(renderer.stickyLists, &socket, others: true) }
        isCurrent = true
    }

    /// The UDP frontends that `adopt` has taken out of the kernel since the last call: flows to them lead nowhere, and
    /// nobody else remembers whose they were.
    mutating func takeFormerFrontends() -> Set<FrontendAddress> {
        defer { former = [] }
        return former
    }

    /// Goes on with the ids and arrangements of what the kernel has.
    private mutating func take(_ kernel: KernelTable, _ table: ServiceTable) {
        renderer.reserveIDs(upTo: KernelLists(kernel, renderer.family).highestID)
        renderer.hints = ArrangementHints(kernel, renderer.family, table)
    }

    /// Makes the table from nothing. Another thread renders it while the kernel takes what is there already.
    private mutating func make(
        _ table: ServiceTable, replacing kept: LearnedElements?,
        _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        let batches = Handover<NFTables.Batch>()
        let rendering = Rendering(renderer)
        let thread = try rendering.start(table, replacing: kept, to: batches)
        var failure: NetlinkError?
        while let batch = batches.take() {
            do throws(NetlinkError) {
                try socket.commit(batch)
            } catch {
                failure = error
                batches.refuse()
                break
            }
        }
        thread.join()
        renderer = rendering.result
        if let failure { throw failure }
    }

    /// False if the table cannot be changed into ours.
    private mutating func adopt(
        _ kernel: KernelTable, _ table: ServiceTable,
        _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) -> Bool {
        take(kernel, table)
        let content = renderer.renderContent(table)
        renderer.hints = nil
        _ = renderer.takeForgotten()
        guard TableDifference.canAdopt(kernel, renderer.layout, renderer.structure) else {
            return false
        }
        let difference = TableDifference(
            renderer.layout, from: kernel, to: renderer.structure, content)
        if !difference.batch.isEmpty { try socket.commit(difference.batch) }
        return true
    }

    /// Commits the difference.
    mutating func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes,
        _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        // Another local detector is in the rules, not in elements.
        guard renderer.layout.podInterfaces == table.podInterfaces else {
            return try adopt(table, &socket)
        }
        try commit(renderer.render(table, changes), &socket)
    }

    /// The slots of the list that a ServicePort's connections are counted for; none if it is of the other family.
    func slots(of name: ServicePortName) -> [IPSocketAddress] {
        let port = renderer.ports[name]
        return (port?.cluster ?? port?.local)?.slots ?? []
    }

    /// Moves weights of least-connections ServicePorts.
    mutating func retune(
        _ tuned: [ServicePortName: (state: ServicePortState, weights: [IPSocketAddress: UInt32])],
        _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        guard isCurrent else { return }
        try commit(renderer.retune(tuned), &socket)
    }

    private mutating func commit(
        _ batches: [NFTables.Batch], _ socket: inout some NFTablesKernel & ~Copyable
    ) throws(NetlinkError) {
        isCurrent = false
        for batch in batches { try socket.commit(batch) }
        let forgotten = renderer.takeForgotten()
        reduced.formUnion(forgotten.keys)
        if remembered <= Self.fewMemories {
            try forget(forgotten, &socket)
        } else if !forgotten.isEmpty {
            needsLook = true
        }
        isCurrent = true
    }

    /// Backends have gone from lists with affinity: there is to be one more look, later. A packet whose processor was held up
    /// between the choice of a backend and its way out has taught it after all.
    var mayRememberGone: Bool { !reduced.isEmpty || !reducedBefore.isEmpty }

    /// What to look for at once; nil where there is nothing, or it has been done.
    mutating func takeNeededLook() -> AffinityMemory? {
        defer { needsLook = false }
        return needsLook ? goneMemory : nil
    }

    /// What to look for once more; nil where there is nothing. The next time it leaves out what it has told of twice.
    mutating func takeLaterLook() -> AffinityMemory? {
        defer { (reducedBefore, reduced) = (reduced, []) }
        return goneMemory
    }

    private var goneMemory: AffinityMemory? {
        guard isCurrent, mayRememberGone else { return nil }
        let sticky = renderer.stickyLists
        let lists = reducedBefore.union(reduced).map { ($0, sticky[$0] ?? []) }
        return AffinityMemory(
            family: renderer.family, lists: Dictionary(uniqueKeysWithValues: lists))
    }

    mutating func note(_ memory: AffinityMemory) { remembered = memory.seen }

    /// Deletes what clients remember of backends that are gone from lists. A packet that was on its way may teach one
    /// of them once more, so it is asked again until there is none.
    private mutating func forget(
        _ lists: [UInt32: Set<IPSocketAddress>], _ socket: inout some NFTablesKernel & ~Copyable,
        others: Bool = false
    ) throws(NetlinkError) {
        guard !lists.isEmpty || others else { return }
        var memory = AffinityMemory(family: renderer.family, lists: lists, forgetsOthers: others)
        for _ in 0..<AffinityMemory.mostLooks {
            let batch = try memory.stale(&socket)
            note(memory)
            guard let batch else { return }
            try memory.forget(batch, &socket)
        }
    }
}

/// A renderer at work on a thread of its own.
private final class Rendering: Sendable {
    private let renderer: Mutex<NFTablesRenderer>

    init(_ renderer: NFTablesRenderer) { self.renderer = Mutex(renderer) }

    /// The renderer as it is when the thread has ended.
    var result: NFTablesRenderer { renderer.withLock { $0 } }

    func start(
        _ table: ServiceTable, replacing kept: LearnedElements?,
        to batches: Handover<NFTables.Batch>
    ) throws(NetlinkError) -> Linux.Thread {
        do throws(SystemError) {
            return try Thread(named: "nftables-render") { [self] in
                renderer.withLock { $0.renderNew(table, replacing: kept) { batches.put($0) } }
                batches.finish()
            }
        } catch {
            throw .failed(error)
        }
    }
}
