import Addresses
import LoadBalancing
import Wire

extension NFTablesRenderer {
    /// What makes the kernel's table into what `table` asks for, given that it is what was rendered last: batches
    /// to be committed in this order.
    mutating func render(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) -> [NFTables.Batch] {
        var batches: [NFTables.Batch] = []
        var writer = BatchSeries(layout, batchSize: batchSize)
        isThere = true
        defer { isThere = false }
        render(table, changes, &writer) { batch in
            batches.append(batch)
            return true
        }
        return batches
    }

    /// The same, batch by batch, for as long as `take` answers that it takes more.
    private mutating func render(
        _ table: ServiceTable, _ changes: ServiceTable.Changes, _ writer: inout BatchSeries,
        _ take: (NFTables.Batch) -> Bool
    ) {
        var affected = affected(changes)
        let exchanging = exchanging(changes)
        let others = affected.partition { !exchanging.contains($0.0) }
        for (index, (name, addresses)) in affected.enumerated() {
            if index >= others, writer.isFull {
                guard close(&writer, take) else { return }
            }
            render(name, also: addresses, table, into: &writer)
        }
        if changes.nodeChanged {
            let now = RenderedNode(table, family)
            now.render(since: node, into: &writer.batch)
            remember(now)
        }
        var isFirst = true
        for part in takeLeaving() {
            if isFirst || writer.isFull {
                guard close(&writer, take) else { return }
            }
            isFirst = false
            remove(part, into: &writer)
        }
        _ = close(&writer, take)
    }

    /// False if no more is taken.
    private mutating func close(
        _ writer: inout BatchSeries, _ take: (NFTables.Batch) -> Bool
    ) -> Bool {
        let arriving = takeArriving()
        if !arriving.isEmpty {
            var batch = NFTables.Batch(family, table: NFTablesLayout.table)
            for element in arriving { batch.add(element, to: SetName.allowed.text) }
            guard take(batch) else { return false }
        }
        let batch = close(&writer)
        return batch.isEmpty || take(batch)
    }

    /// Sets and chains that the batch's elements need go with them: once a batch.
    private mutating func close(_ writer: inout BatchSeries) -> NFTables.Batch {
        if needsStructure { adoptStructure(into: &writer.batch) }
        return writer.close()
    }

    /// ServicePorts between which frontends move: in one batch, or a packet could be led to a list that is gone.
    private func exchanging(_ changes: ServiceTable.Changes) -> Set<ServicePortName> {
        var names: Set<ServicePortName> = []
        for (address, change) in changes.frontends where address.family == family {
            guard let old = change.old?.servicePort, let new = change.new?.servicePort, old != new
            else { continue }
            names.formUnion([old, new])
        }
        return names
    }

    /// The ServicePorts of this family to render again, each with the frontends that may be its own now.
    private func affected(
        _ changes: ServiceTable.Changes
    ) -> [(ServicePortName, [FrontendAddress])] {
        var affected: [ServicePortName: [FrontendAddress]] = [:]
        affected.reserveCapacity(changes.servicePorts.count)
        for name in changes.servicePorts.keys where name.family == family {
            affected[name] = []
        }
        for (address, change) in changes.frontends where address.family == family {
            let (old, new) = (change.old?.servicePort, change.new?.servicePort)
            if let new { affected[new, default: []].append(address) }
            if let old, old != new { affected[old, default: []].append(address) }
        }
        let names = Array(affected.keys)
        // Their places are sorted, for names are long to move.
        let order = names.indices.sorted { names[$0] < names[$1] }
        return order.map { (names[$0], affected[names[$0]]!) }
    }

    /// A table from nothing, batch by batch, for as long as `take` answers that it takes more.
    /// - Parameter kept: the elements that packets have learned in the table that is there, which this one replaces: all of
    ///   it in one batch, so that no packet meets neither. nil: there is none.
    mutating func renderNew(
        _ table: ServiceTable, replacing kept: LearnedElements?, _ take: (NFTables.Batch) -> Bool
    ) {
        var writer = BatchSeries(layout, batchSize: kept == nil ? batchSize : .max)
        if kept != nil { writer.batch.deleteTable() }
        writer.batch.add(layout.table)
        for set in layout.sets(structure) { writer.batch.add(layout.set(set)) }
        for chain in layout.chains(structure) {
            writer.batch.add(layout.chain(chain))
            for rule in layout.rules(chain, structure) { writer.batch.append(rule) }
        }
        for (set, elements) in kept?.sets ?? [:] {
            for element in elements { writer.add(element, to: set) }
        }
        reserve(for: table)
        var changes = table.changes(since: ServiceTable())
        changes.nodeChanged = true
        render(table, changes, &writer, take)
    }

    /// All elements of a table, and its structure.
    mutating func renderContent(_ table: ServiceTable) -> TableContent {
        reserve(for: table)
        var content = TableContent()
        for (name, addresses) in affected(table.changes(since: ServiceTable())) {
            render(name, also: addresses, table, into: &content)
        }
        let now = RenderedNode(table, family)
        now.render(into: &content)
        remember(now)
        adoptStructure()
        return content
    }

    /// Arranges the lists of ServicePorts again by other weights; what leads to them stays as it is.
    mutating func retune(
        _ tuned: [ServicePortName: (state: ServicePortState, weights: [IPSocketAddress: UInt32])]
    ) -> [NFTables.Batch] {
        var writer = BatchSeries(layout, batchSize: batchSize)
        for (name, (state, weights)) in tuned.sorted(by: { $0.key < $1.key })
        where name.family == family {
            tuning[name] = weights
            rearrange(name, state, into: &writer)
        }
        let batch = close(&writer)
        return batch.isEmpty ? [] : [batch]
    }
}
