import Addresses

/// How many lists need which part of a Structure.
struct StructureUse: Sendable {
    private var slots = Counts<Int>()
    private var maglev = Counts<Int>()
    private var sticky = Counts<UInt32>()
    private var roundRobins: [UInt32: Structure.RoundRobin] = [:]
    /// Round-robin lists that came, went or changed since the structure was last adopted.
    private(set) var changedRoundRobins: Set<UInt32> = []

    /// So many parts may be there for nothing, for they may be needed again soon.
    static let spare = 8

    mutating func add(_ list: RenderedList, _ protocol: L4Protocol) {
        switch list.choice {
        case .random(let count): slots.add(count)
        case .maglev(let count): maglev.add(count)
        case .roundRobin(let count):
            roundRobins[list.id] = Structure.RoundRobin(slots: count, protocol: `protocol`)
            changedRoundRobins.insert(list.id)
        }
    }

    mutating func remove(_ list: RenderedList) {
        switch list.choice {
        case .random(let count): slots.remove(count)
        case .maglev(let count): maglev.remove(count)
        case .roundRobin:
            roundRobins[list.id] = nil
            changedRoundRobins.insert(list.id)
        }
    }

    mutating func add(timeout: UInt32) { sticky.add(timeout) }
    mutating func remove(timeout: UInt32) { sticky.remove(timeout) }

    /// Whether a part is missing, or too many are there for nothing.
    func differs(from structure: Structure) -> Bool {
        !changedRoundRobins.isEmpty || Self.differs(structure.slotCounts, slots.counts)
            || Self.differs(structure.maglevCounts, maglev.counts)
            || Self.differs(structure.stickyTimeouts, sticky.counts)
    }

    private static func differs<Part: Hashable>(_ parts: [Part], _ needed: [Part: Int32]) -> Bool {
        let unused = parts.count { needed[$0] == nil }
        return unused > spare || parts.count - unused != needed.count
    }

    /// Makes a structure what is needed; parts that are needed no more may stay. New parts come behind the old ones.
    mutating func adopt(into structure: inout Structure) {
        structure.slotCounts = Self.merged(structure.slotCounts, slots.counts)
        structure.maglevCounts = Self.merged(structure.maglevCounts, maglev.counts)
        structure.stickyTimeouts = Self.merged(structure.stickyTimeouts, sticky.counts)
        for id in changedRoundRobins { structure.roundRobins[id] = roundRobins[id] }
        changedRoundRobins = []
    }

    private static func merged<Part: Comparable & Hashable>(
        _ old: [Part], _ needed: [Part: Int32]
    ) -> [Part] {
        func busiestFirst(_ parts: some Sequence<Part>) -> [Part] {
            parts.sorted { (-needed[$0]!, $0) < (-needed[$1]!, $1) }
        }
        let unused = old.count { needed[$0] == nil }
        if unused > spare { return busiestFirst(needed.keys) }
        return old + busiestFirst(needed.keys.filter { !old.contains($0) })
    }
}
