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
        addChains(
            added(old.pickCounts, new.pickCounts).map(ChainName.pickAmong)
                + added(old.maglevCounts, new.maglevCounts).map(ChainName.maglevAmong), &batch)
        writeRoundRobins(to: &batch)
        for chain in rewritten {
            if !layout.rules(chain, old).isEmpty { batch.flush(chain: chain.text) }
            for rule in layout.rules(chain, new) { batch.append(rule) }
        }
        deleteChains(
            added(new.pickCounts, old.pickCounts).map(ChainName.pickAmong)
                + added(new.maglevCounts, old.maglevCounts).map(ChainName.maglevAmong), &batch)
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

    private func addChains(_ chains: [ChainName], _ batch: inout NFTables.Batch) {
        for chain in chains {
            batch.add(layout.chain(chain))
            for rule in layout.rules(chain, new) { batch.append(rule) }
        }
    }

    private func deleteChains(_ chains: [ChainName], _ batch: inout NFTables.Batch) {
        for chain in chains {
            batch.flush(chain: chain.text)
            batch.delete(chain: chain.text)
        }
    }

    private func writeRoundRobins(to batch: inout NFTables.Batch) {
        for id in roundRobins.sorted() {
            let (before, now) = (old.roundRobins[id], new.roundRobins[id])
            guard before != now else { continue }
            guard now != nil else {
                deleteChains([.roundRobin(id)], &batch)
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
            chains.append(.slots)
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
