import Wire

/// The messages of a batch, one by one.
extension FakeTable {
    mutating func add(_ chain: NFTables.Chain, _ flags: NetlinkFlags) throws(FakeErrno) {
        if let there = chains[chain.name]?.chain {
            guard !flags.contains(.exclusive) else { throw .exists }
            try Self.check(chain.hook, isAs: there.hook)
            if let hook = chain.hook { chains[chain.name]?.chain.hook?.policy = hook.policy }
            return
        }
        guard flags.contains(.create) else { throw .noSuchEntry }
        if let hook = chain.hook { try Self.check(hook) }
        chains[chain.name] = Chain(chain: chain)
    }

    /// Where a chain hangs cannot be changed.
    private static func check(
        _ hook: NFTables.Hook?, isAs there: NFTables.Hook?
    ) throws(FakeErrno) {
        guard let hook else { return }
        guard let there, hook.type == there.type else { throw .exists }
        guard hook.point == there.point, hook.priority == there.priority else {
            throw .notSupported
        }
    }

    /// Chains of type nat have no forward hook, and come behind conntrack (NF_IP_PRI_CONNTRACK).
    private static func check(_ hook: NFTables.Hook) throws(FakeErrno) {
        switch hook.type {
        case "nat":
            guard hook.point != .forward, hook.priority > -200 else { throw .notSupported }
        case "filter": break
        default: throw .noSuchEntry
        }
    }

    mutating func delete(chain name: String) throws(FakeErrno) {
        guard var chain = chains[name] else { throw .noSuchEntry }
        chain.rules = []
        chains[name] = chain
        guard !leads(to: name) else { throw .busy }
        chains[name] = nil
    }

    mutating func add(
        _ rule: NFTables.Rule, _ flags: NetlinkFlags, family: UInt8
    ) throws(FakeErrno) {
        guard flags.contains(.create), !flags.contains(.replace) else { throw .invalid }
        guard chains[rule.chain] != nil else { throw .noSuchEntry }
        var check = FakeRuleCheck(self, family: family)
        for expression in rule.expressions { try check.check(expression) }
        let added = Rule(handle: nextHandle, expressions: rule.expressions)
        nextHandle += 1
        let place = flags.contains(.append) ? chains[rule.chain]!.rules.count : 0
        chains[rule.chain]!.rules.insert(added, at: place)
    }

    /// Handle 0: all of them.
    mutating func deleteRules(of chain: String, handle: UInt64) throws(FakeErrno) {
        guard let rules = chains[chain]?.rules else { throw .noSuchEntry }
        let gone = rules.filter { handle == 0 || $0.handle == handle }
        guard handle == 0 || !gone.isEmpty else { throw .noSuchEntry }
        chains[chain]!.rules.removeAll { handle == 0 || $0.handle == handle }
        let handles = Set(gone.map(\.handle))
        counters = counters.filter { !handles.contains($0.key.rule) }
        // Anonymous sets go with their rules.
        for set in gone.flatMap(\.sets)
        where sets[set]?.record.flags.contains(.anonymous) == true && !names(set: set) {
            sets[set] = nil
        }
    }

    mutating func add(
        _ record: NFTables.SetRecord, _ message: NetlinkMessage
    ) throws(FakeErrno) {
        let attributes = FakeSetAttributes(message)
        guard attributes.hasID else { throw .invalid }
        if let there = sets[record.name]?.record {
            guard !message.flags.contains(.exclusive), there == record else { throw .exists }
            return
        }
        guard message.flags.contains(.create) else { throw .noSuchEntry }
        sets[record.name] = try FakeSet(record, parts: attributes.parts)
    }

    mutating func delete(set: String) throws(FakeErrno) {
        guard sets[set] != nil else { throw .noSuchEntry }
        guard !names(set: set) else { throw .busy }
        sets[set] = nil
    }

    mutating func add(
        _ elements: [NFTables.Element], to set: String, _ flags: NetlinkFlags, _ now: UInt64
    ) throws(FakeErrno) {
        guard flags.contains(.create) else { throw .invalid }
        guard sets[set] != nil else { throw .noSuchEntry }
        for element in elements {
            if case .verdict(let verdict)? = element.data { try check(verdict) }
            try sets[set]!.add(element, isExclusive: flags.contains(.exclusive), now)
        }
    }

    /// No elements: all of them.
    mutating func remove(
        _ elements: [NFTables.Element], from set: String, _ now: UInt64
    ) throws(FakeErrno) {
        guard sets[set] != nil else { throw .noSuchEntry }
        if elements.isEmpty { sets[set]!.removeAll() }
        for element in elements { try sets[set]!.remove(element, now) }
    }

    /// Jumps lead to chains that are there and are no base chains.
    func check(_ verdict: NFTables.Verdict) throws(FakeErrno) {
        guard let target = verdict.target else { return }
        guard let chain = chains[target]?.chain else { throw .noSuchEntry }
        guard chain.hook == nil else { throw .notSupported }
    }
}

/// What a set's message says beside what its record holds.
private struct FakeSetAttributes {
    /// NFTA_SET_ID.
    var hasID = false
    /// NFTA_SET_DESC_CONCAT: bytes of each part.
    var parts: [Int] = []

    init(_ message: NetlinkMessage) {
        var reader = ByteReader(message.payload)
        _ = try? reader.skip(4)
        while let attribute = try? reader.readAttribute() {
            switch attribute.type {
            case 9: parts = Self.parts(attribute)
            case 10: hasID = true
            default: break
            }
        }
    }

    private static func parts(_ description: NetlinkAttribute) -> [Int] {
        guard let concatenation = children(description).first(where: { $0.type == 2 }) else {
            return []
        }
        return children(concatenation).flatMap(children).compactMap {
            (try? $0.uint32()).map { Int(UInt32(bigEndian: $0)) }
        }
    }

    private static func children(_ attribute: NetlinkAttribute) -> [NetlinkAttribute] {
        var reader = attribute.payload
        var children: [NetlinkAttribute] = []
        while let child = try? reader.readAttribute() { children.append(child) }
        return children
    }
}
