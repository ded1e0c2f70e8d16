import Addresses
import Linux
import Wire

/// The table of one family as the kernel has it, but for what packets have filled in.
struct KernelTable: Sendable {
    /// nil: there is no table.
    var table: NFTables.Table?
    var chains: [String: NFTables.Chain] = [:]
    /// The rules of each chain, in order.
    var rules: [String: [NFTables.Rule]] = [:]
    var sets: [String: NFTables.SetRecord] = [:]
    var content = TableContent()

    /// Lists what is there; the elements only of sets that are as we make them.
    init(_ family: IPFamily, _ socket: inout some NFTablesKernel & ~Copyable) throws(NetlinkError) {
        let name = NFTablesLayout.table
        try list(.table, family, &socket) { (table: inout KernelTable, content) in
            if case .table(let found) = content, found.name == name { table.table = found }
        }
        guard table != nil else { return }
        try list(.chain, family, &socket) { (table: inout KernelTable, content) in
            if case .chain(name, let chain) = content { table.chains[chain.name] = chain }
        }
        try list(.rule, family, &socket) { (table: inout KernelTable, content) in
            if case .rule(name, let rule, _) = content {
                table.rules[rule.chain, default: []].append(rule)
            }
        }
        try list(.set, family, &socket) { (table: inout KernelTable, content) in
            if case .set(name, let set) = content { table.sets[set.name] = set }
        }
        for name in SetName.all(named: sets.keys) where !name.isLearned {
            for element in try socket.elements(of: name, family) { content.add(element, to: name) }
        }
    }

    private mutating func list(
        _ subject: NFTables.Subject, _ family: IPFamily,
        _ socket: inout some NFTablesKernel & ~Copyable,
        _ take: (inout KernelTable, NFTables.Content) -> Void
    ) throws(NetlinkError) {
        let before = self
        var found = self
        try socket.list(
            NFTables.ListRequest(subject, family, table: NFTablesLayout.table),
            restart: { found = before }
        ) { content in take(&found, content) }
        self = found
    }
}

extension SetName {
    /// The sets of those names; others are unknown.
    static func all(named names: some Sequence<String>) -> [SetName] {
        names.compactMap(SetName.init(text:)).sorted()
    }

    init?(text: String) {
        let fixed: [SetName] = [
            .servicePorts, .externalServicePorts, .nodeAddresses, .nodePorts, .externalNodePorts,
            .pods, .clusterIPs, .serviceCIDRs, .restricted,
            .allowed, .masqueradeModes, .nodeMasqueradeModes, .hairpin, .backends, .otherBackends,
            .affinity, .affinityAddresses, .affinityPorts, .roundRobin,
        ]
        if let name = fixed.first(where: { $0.text == text }) {
            self = name
        } else if let count = Self.number(text, after: "slots-") {
            self = .slots(Int(count))
        } else if let count = Self.number(text, after: "maglev-") {
            self = .maglev(Int(count))
        } else if let seconds = Self.number(text, after: "sticky-") {
            self = .sticky(seconds)
        } else {
            return nil
        }
    }

    private static func number(_ text: String, after prefix: String) -> UInt32? {
        guard text.hasPrefix(prefix) else { return nil }
        let digits = text.dropFirst(prefix.count)
        guard let number = UInt32(digits), String(number) == digits, number > 0 else { return nil }
        return number
    }
}
