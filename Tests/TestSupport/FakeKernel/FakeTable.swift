import Wire

/// A table of the FakeKernel.
struct FakeTable: Sendable {
    struct Chain: Sendable {
        var chain: NFTables.Chain
        var rules: [Rule] = []
    }

    struct Rule: Sendable {
        var handle: UInt64
        var expressions: [NFTables.Expression]
    }

    /// An expression that remembers something from packet to packet.
    struct CounterKey: Hashable, Sendable {
        var rule: UInt64
        var expression: Int
    }

    var table: NFTables.Table
    var chains: [String: Chain] = [:]
    var sets: [String: FakeSet] = [:]
    var nextHandle: UInt64 = 1
    /// What `numgen inc` gave last.
    var counters: [CounterKey: UInt32] = [:]

    init(_ table: NFTables.Table) { self.table = table }

    /// Base chains of a hook, in the order in which packets meet them; none of a dormant table.
    func baseChains(_ point: NFTables.Hook.Point) -> [NFTables.Chain] {
        guard !table.isDormant else { return [] }
        return chains.values.map(\.chain).filter { $0.hook?.point == point }
            .sorted { ($0.hook!.priority, $0.name) < ($1.hook!.priority, $1.name) }
    }

    /// Whether a rule or an element leads to the chain.
    func leads(to chain: String) -> Bool {
        chains.values.contains { $0.rules.contains { $0.targets.contains(chain) } }
            || sets.values.contains { $0.targets.contains(chain) }
    }

    /// Whether a rule names the set.
    func names(set: String) -> Bool {
        chains.values.contains { $0.rules.contains { $0.sets.contains(set) } }
    }
}

extension FakeTable.Rule {
    /// Chains that it jumps or goes to.
    var targets: [String] { expressions.compactMap(\.verdict?.target) }

    var sets: [String] {
        expressions.compactMap {
            switch $0 {
            case .lookup(let set, _, _, _), .verdictLookup(let set, _),
                .update(let set, _, _, _):
                set
            default: nil
            }
        }
    }
}

extension NFTables.Expression {
    var verdict: NFTables.Verdict? {
        if case .verdict(let verdict) = self { verdict } else { nil }
    }
}

extension NFTables.Verdict {
    var target: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }
}

// MARK: Lists

extension FakeTable {
    func list(_ request: NFTables.ListRequest, _ now: UInt64) -> [NFTables.Content] {
        switch request.subject {
        case .table: [.table(table)]
        case .chain: sorted(chains).map { .chain(table: table.name, $0.chain) }
        case .rule: sorted(chains).flatMap(rules)
        case .set: sorted(sets).map { .set(table: table.name, $0.record) }
        case .element: elements(request.set ?? "", now)
        case .generation: []
        }
    }

    private func rules(_ chain: Chain) -> [NFTables.Content] {
        chain.rules.map { rule in
            .rule(
                table: table.name, NFTables.Rule(chain.chain.name, rule.expressions),
                handle: rule.handle)
        }
    }

    /// A message holds a few elements.
    private func elements(_ set: String, _ now: UInt64) -> [NFTables.Content] {
        let elements = sets[set]?.living(now) ?? []
        return stride(from: 0, to: elements.count, by: 3).map {
            let part = elements[$0..<min($0 + 3, elements.count)]
            return .elements(table: table.name, set: set, Array(part))
        }
    }

    private func sorted<Value>(_ things: [String: Value]) -> [Value] {
        things.sorted { $0.key < $1.key }.map(\.value)
    }
}
