import Addresses
import Wire

/// One packet in one base chain: the rules' registers, and what the rules do to the packet.
struct FakeRun {
    /// How a rule goes on.
    enum Step {
        case next
        /// This rule is not for the packet.
        case noMatch
        case verdict(NFTables.Verdict)
    }

    var connection: FakeConnection
    var random: SplitMix64
    let now: UInt64
    let localAddresses: Set<IPAddress>
    /// As they are when the base chain begins: nothing reads them after a translation.
    let networkHeader: [UInt8]
    let transportHeader: [UInt8]
    private var registers = [UInt8](repeating: 0, count: 64)

    init(
        connection: FakeConnection, random: SplitMix64, now: UInt64,
        localAddresses: Set<IPAddress>
    ) {
        self.connection = connection
        self.random = random
        self.now = now
        self.localAddresses = localAddresses
        networkHeader = connection.networkHeader
        transportHeader = connection.transportHeader
    }

    /// True if the packet's way through the base chain ends here.
    mutating func walk(_ chain: String, _ table: inout FakeTable) -> Bool {
        var rules = table.chains[chain]?.rules ?? []
        var index = 0
        while index < rules.count {
            let verdict = verdict(of: rules[index], &table)
            index += 1
            switch verdict {
            case nil: break
            case .accept?: return true
            case .drop?:
                if connection.outcome == .underway { connection.outcome = .dropped }
                return true
            case .return?: return false
            case .jump(let target)?: if walk(target, &table) { return true }
            case .goto(let target)?:
                rules = table.chains[target]?.rules ?? []
                index = 0
            }
        }
        return false
    }

    private mutating func verdict(
        of rule: FakeTable.Rule, _ table: inout FakeTable
    ) -> NFTables.Verdict? {
        for (index, expression) in rule.expressions.enumerated() {
            let counter = FakeTable.CounterKey(rule: rule.handle, expression: index)
            switch execute(expression, counter, &table) {
            case .next: continue
            case .noMatch: return nil
            case .verdict(let verdict): return verdict
            }
        }
        return nil
    }
}

// MARK: Registers

extension FakeRun {
    func load(_ register: NFTables.Register, _ count: Int) -> ArraySlice<UInt8> {
        registers[register.word * 4..<register.word * 4 + count]
    }

    func number(_ register: NFTables.Register) -> UInt32 {
        load(register, 4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    }

    /// The rest of the last word becomes zero.
    mutating func store(_ bytes: some Collection<UInt8>, _ register: NFTables.Register) {
        let start = register.word * 4
        let padded = (bytes.count + 3) / 4 * 4
        for place in start..<start + padded { registers[place] = 0 }
        registers.replaceSubrange(start..<start + bytes.count, with: bytes)
    }

    mutating func store(_ number: UInt32, _ register: NFTables.Register) {
        withUnsafeBytes(of: number) { store(Array($0), register) }
    }
}
