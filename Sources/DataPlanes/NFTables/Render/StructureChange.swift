import Addresses
import Wire

/// The difference of two Structures as changes of sets, chains and rules.
struct StructureChange {
    private let layout: NFTablesLayout
    private let old: Structure
    private let new: Structure
    /// The round-robin lists that differ.
    private let roundRobins: Set<UInt32>

    init(
        _ layout: NFTablesLayout, from old: Structure, to new: Structure, roundRobins: Set<UInt32>
    ) {
        self.layout = layout
        self.old = old
        self.new = new
        self.roundRobins = roundRobins
    }

    func write(to batch: inout NFTables.Batch) {
        for set in added(old.slotCounts, new.slotCounts).map(SetName.slots)
            + added(old.maglevCounts, new.maglevCounts).map(SetName.maglev)
            + added(old.stickyTimeouts, new.stickyTimeouts).map(SetName.sticky)
        {
            batch.add(layout.set(set))
        }
        writeRoundRobins(to: &batch)
        for chain in rewritten {
            if !layout.rules(chain, old).isEmpty { batch.flush(chain: chain.text) }
            for rule in layout.rules(chain, new) { batch.append(rule) }
        }
        for set in added(new.slotCounts, old.slotCounts).map(SetName.slots)
            + added(new.maglevCounts, old.maglevCounts).map(SetName.maglev)
            + added(new.stickyTimeouts, old.stickyTimeouts).map(SetName.sticky)
        {
            batch.delete(set: set.text)
        }
    }

    private func added<Part: Hashable>(_ old: [Part], _ new: [Part]) -> [Part] {
        let old = Set(old)
        return new.filter { !old.contains($0) }
    }

    private func writeRoundRobins(to batch: inout NFTables.Batch) {
        for id in roundRobins.sorted() {
            let (before, now) = (old.roundRobins[id], new.roundRobins[id])
            guard before != now else { continue }
            guard now != nil else {
                batch.flush(chain: ChainName.roundRobin(id).text)
                batch.delete(chain: ChainName.roundRobin(id).text)
                continue
            }
            if before == nil {
                batch.add(layout.chain(.roundRobin(id)))
            } else {
                batch.flush(chain: ChainName.roundRobin(id).text)
            }
            for rule in layout.rules(.roundRobin(id), new) { batch.append(rule) }
        }
    }

    /// The chains that name what has come or gone.
    private var rewritten: [ChainName] {
        var chains: [ChainName] = []
        if old.slotCounts != new.slotCounts || old.maglevCounts != new.maglevCounts
            || old.roundRobins.isEmpty != new.roundRobins.isEmpty
        {
            chains += L4Protocol.allCases.map(ChainName.choose)
        }
        if old.stickyTimeouts != new.stickyTimeouts {
            chains += [.recall, .remember]
            if old.stickyTimeouts.isEmpty != new.stickyTimeouts.isEmpty {
                chains += [.learn, .learnNodePort]
            }
        }
        return chains
    }
}
