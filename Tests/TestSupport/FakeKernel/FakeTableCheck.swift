import Wire

/// What the kernel checks of a whole table before a commit (`nft_table_validate`): no chain leads back to itself, and
/// what rewrites or answers packets is reached only from hooks where it can.
struct FakeTableCheck {
    private let table: FakeTable

    init(_ table: FakeTable) { self.table = table }

    func check() throws(FakeErrno) {
        for chain in table.chains.values {
            guard let hook = chain.chain.hook else { continue }
            var seen: Set<String> = []
            try check(chain, hook, path: [], &seen)
        }
    }

    private func check(
        _ chain: FakeTable.Chain, _ hook: NFTables.Hook, path: [String], _ seen: inout Set<String>
    ) throws(FakeErrno) {
        let name = chain.chain.name
        // NFT_JUMP_STACK_SIZE.
        guard !path.contains(name), path.count < 16 else { throw .tooManyLinks }
        guard seen.insert(name).inserted else { return }
        for rule in chain.rules {
            for expression in rule.expressions {
                guard Self.isAllowed(expression, hook) else { throw .notSupported }
            }
            for target in rule.targets + rule.sets.flatMap({ table.sets[$0]?.targets ?? [] }) {
                guard let next = table.chains[target] else { throw .noSuchEntry }
                guard !path.contains(target), target != name else { throw .tooManyLinks }
                try check(next, hook, path: path + [name], &seen)
            }
        }
    }

    private static func isAllowed(_ expression: NFTables.Expression, _ hook: NFTables.Hook) -> Bool
    {
        switch expression {
        case .destinationNAT:
            hook.type == "nat" && [.prerouting, .output].contains(hook.point)
        case .masquerade: hook.type == "nat" && hook.point == .postrouting
        case .reject: hook.point != .postrouting
        default: true
        }
    }
}
