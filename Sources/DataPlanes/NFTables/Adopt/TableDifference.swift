import Addresses
import Wire

/// What makes the kernel's table into the one that is wanted: one batch, with what differs alone.
struct TableDifference {
    private let layout: NFTablesLayout
    private let kernel: KernelTable
    private let structure: Structure
    private let content: TableContent
    private(set) var batch: NFTables.Batch

    init(
        _ layout: NFTablesLayout, from kernel: KernelTable, to structure: Structure,
        _ content: TableContent
    ) {
        self.layout = layout
        self.kernel = kernel
        self.structure = structure
        self.content = content
        batch = NFTables.Batch(layout.family, table: NFTablesLayout.table)
        compareSets()
        compareChains()
        compareElements()
    }

    /// Sets or base chains that are something else than ours cannot be changed: then the table is made anew.
    static func canAdopt(
        _ kernel: KernelTable, _ layout: NFTablesLayout, _ structure: Structure
    ) -> Bool {
        guard kernel.table == layout.table else { return false }
        for name in layout.sets(structure) {
            let set = layout.set(name)
            if let record = kernel.sets[set.name], !record.matches(set) { return false }
        }
        for name in layout.chains(structure) {
            let chain = layout.chain(name)
            if let found = kernel.chains[chain.name], found != chain { return false }
        }
        return true
    }

    private mutating func compareSets() {
        let wanted = layout.sets(structure).map { layout.set($0) }
        for set in wanted where kernel.sets[set.name] == nil { batch.add(set) }
        let names = Set(wanted.map(\.name))
        // Anonymous sets go with the rules that they belong to.
        for (name, set) in kernel.sets.sorted(by: { $0.key < $1.key })
        where !names.contains(name) && !set.flags.contains(.anonymous) {
            batch.delete(set: name)
        }
    }

    private mutating func compareChains() {
        let wanted = layout.chains(structure)
        for name in wanted {
            let rules = layout.rules(name, structure)
            if kernel.chains[name.text] == nil { batch.add(layout.chain(name)) }
            let found = kernel.rules[name.text] ?? []
            guard rules != found else { continue }
            if !found.isEmpty { batch.flush(chain: name.text) }
            for rule in rules { batch.append(rule) }
        }
        let names = Set(wanted.map(\.text))
        for name in kernel.chains.keys.sorted() where !names.contains(name) {
            if kernel.rules[name] != nil { batch.flush(chain: name) }
            batch.delete(chain: name)
        }
    }

    private mutating func compareElements() {
        for set in layout.sets(structure) where !set.isLearned {
            let (found, wanted) = (kernel.content[set], content[set])
            guard found != wanted else { continue }
            if layout.set(set).flags == .interval {
                replaceAll(set, found, wanted)
            } else {
                replaceSome(set, found, wanted)
            }
        }
    }

    private typealias Elements = [TableContent.Key: NFTables.ElementData?]

    private mutating func replaceSome(_ set: SetName, _ found: Elements, _ wanted: Elements) {
        for (key, data) in found where wanted[key] != .some(data) {
            batch.remove(TableContent.element(key, data), from: set)
        }
        for (key, data) in wanted where found[key] != .some(data) {
            batch.add(TableContent.element(key, data), to: set)
        }
    }

    /// Where intervals begin and end stand beside one another: an order that matters.
    private mutating func replaceAll(_ set: SetName, _ found: Elements, _ wanted: Elements) {
        if !found.isEmpty { batch.flush(set: set.text) }
        let order = wanted.keys.sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        for key in order { batch.add(TableContent.element(key, wanted[key]!), to: set) }
    }
}
