import LoadBalancing

/// What a predecessor has left of lists: their ids and arrangements, so that a restart changes nothing that need not
/// change.
struct ArrangementHints: Sendable {
    private struct Key: Hashable {
        let name: ServicePortName
        let list: BackendList
    }

    private var lists: [Key: RenderedList] = [:]
    private var taken: Set<UInt32> = []

    var ids: Set<UInt32> { taken.union(lists.values.map(\.id)) }

    mutating func offer(_ list: RenderedList, _ name: ServicePortName, _ kind: BackendList) {
        let key = Key(name: name, list: kind)
        if lists[key] == nil { lists[key] = list }
    }

    /// Each id once: two lists with one id would be one.
    mutating func take(_ name: ServicePortName, _ kind: BackendList) -> RenderedList? {
        guard let list = lists.removeValue(forKey: Key(name: name, list: kind)),
            taken.insert(list.id).inserted
        else { return nil }
        return list
    }
}
