import Wire

/// What a batch makes of the tables; thrown away if a message is refused (net/netfilter/nf_tables_api.c).
struct FakeTransaction {
    private(set) var tables: [FakeKernel.TableKey: FakeTable]
    private let now: UInt64
    private var touched: Set<FakeKernel.TableKey> = []

    init(tables: [FakeKernel.TableKey: FakeTable], now: UInt64) {
        self.tables = tables
        self.now = now
    }

    /// What can only be said of all changes together.
    func validate() throws(FakeErrno) {
        for key in touched {
            if let table = tables[key] { try FakeTableCheck(table).check() }
        }
    }

    mutating func perform(_ message: NetlinkMessage) throws(FakeErrno) {
        guard let (verb, _) = NFTables.meaning(of: message.type),
            let (family, content) = (try? NFTables.content(of: message)) ?? nil
        else { throw .invalid }
        let key = FakeKernel.TableKey(family: family, name: content.table)
        touched.insert(key)
        switch verb {
        case .new: try add(content, message, key)
        case .delete: try delete(content, key)
        case .get: throw .invalid
        }
    }

    private mutating func add(
        _ content: NFTables.Content, _ message: NetlinkMessage, _ key: FakeKernel.TableKey
    ) throws(FakeErrno) {
        if case .table(let table) = content { return try add(table, message.flags, key) }
        try change(key) { [now] table throws(FakeErrno) in
            switch content {
            case .chain(_, let chain): try table.add(chain, message.flags)
            case .rule(_, let rule, _):
                try table.add(rule, message.flags, family: key.family)
            case .set(_, let record): try table.add(record, message)
            case .elements(_, let set, let elements):
                try table.add(elements, to: set, message.flags, now)
            case .table, .generation: throw .invalid
            }
        }
    }

    private mutating func add(
        _ table: NFTables.Table, _ flags: NetlinkFlags, _ key: FakeKernel.TableKey
    ) throws(FakeErrno) {
        if tables[key] != nil {
            guard !flags.contains(.exclusive) else { throw .exists }
            tables[key]?.table.isDormant = table.isDormant
            return
        }
        guard flags.contains(.create) else { throw .noSuchEntry }
        tables[key] = FakeTable(table)
    }

    private mutating func delete(
        _ content: NFTables.Content, _ key: FakeKernel.TableKey
    ) throws(FakeErrno) {
        if case .table = content {
            guard tables.removeValue(forKey: key) != nil else { throw .noSuchEntry }
            return
        }
        try change(key) { [now] table throws(FakeErrno) in
            switch content {
            case .chain(_, let chain): try table.delete(chain: chain.name)
            case .rule(_, let rule, let handle):
                try table.deleteRules(of: rule.chain, handle: handle)
            case .set(_, let record): try table.delete(set: record.name)
            case .elements(_, let set, let elements):
                try table.remove(elements, from: set, now)
            case .table, .generation: throw .invalid
            }
        }
    }

    /// Takes the table out meanwhile, so that it is changed in place.
    private mutating func change(
        _ key: FakeKernel.TableKey, _ body: (inout FakeTable) throws(FakeErrno) -> Void
    ) throws(FakeErrno) {
        guard var table = tables.removeValue(forKey: key) else { throw .noSuchEntry }
        try body(&table)
        tables[key] = table
    }
}

extension NFTables.Content {
    fileprivate var table: String {
        switch self {
        case .table(let table): table.name
        case .chain(let table, _), .rule(let table, _, _), .set(let table, _),
            .elements(let table, _, _):
            table
        case .generation: ""
        }
    }
}
