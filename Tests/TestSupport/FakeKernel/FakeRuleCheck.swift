import Wire

/// What the kernel checks of a rule's expressions when it is added: sets and chains are there, lengths fit, and no
/// register is read that the rule has not written.
struct FakeRuleCheck {
    private let table: FakeTable
    private let family: UInt8
    private var written: Set<Int> = []

    init(_ table: FakeTable, family: UInt8) {
        self.table = table
        self.family = family
    }

    mutating func check(_ expression: NFTables.Expression) throws(FakeErrno) {
        switch expression {
        case .payload(_, _, let length, let register):
            guard length > 0 else { throw .invalid }
            try store(register, length)
        case .meta(.l4Protocol, let register): try store(register, 1)
        case .meta(.priority, let register), .sourceAddressType(let register):
            try store(register, 4)
        case .setMeta(.priority, let register): try load(register, 4)
        case .meta(.inputInterfaceName, let register): try store(register, 16)
        case .setMeta(.l4Protocol, _), .setMeta(.inputInterfaceName, _): throw .notSupported
        case .conntrack(let key, let ofOriginal, let register):
            guard (ofOriginal == nil) == (key == .status) else { throw .invalid }
            try store(register, try length(of: key))
        case .immediate(let register, let bytes): try store(register, UInt32(bytes.count))
        case .numberGenerator(_, let modulus, let register):
            guard modulus > 0 else { throw .outOfRange }
            try store(register, 4)
        case .jhash(let source, let length, let modulus, _, let register):
            guard modulus > 0, length > 0 else { throw .outOfRange }
            try load(source, length)
            try store(register, 4)
        case .bitwise(let source, let register, let mask, let xor):
            guard mask.count == xor.count else { throw .invalid }
            try load(source, UInt32(mask.count))
            try store(register, UInt32(mask.count))
        case .compare, .lookup, .verdictLookup, .update, .verdict, .destinationNAT, .masquerade,
            .reject, .other:
            try checkDecision(expression)
        }
    }

    private mutating func checkDecision(_ expression: NFTables.Expression) throws(FakeErrno) {
        switch expression {
        case .compare(let register, _, let bytes): try load(register, UInt32(bytes.count))
        case .lookup(let name, let key, let data, let isInverted):
            let record = try set(name).record
            try load(key, record.keyLength)
            guard record.flags.contains(.map) == (data != nil), !isInverted || data == nil else {
                throw .invalid
            }
            if let data { try store(data, record.dataLength ?? 0) }
        case .verdictLookup(let name, let key):
            let set = try set(name)
            guard set.hasVerdicts else { throw .invalid }
            try load(key, set.record.keyLength)
        case .update(let name, let key, let data, let timeout):
            try checkUpdate(name, key, data, timeout)
        case .verdict(let verdict): try table.check(verdict)
        case .destinationNAT(let family, let address, let port):
            guard family == self.family else { throw .notSupported }
            try load(address, family == 2 ? 4 : 16)
            try load(port, 2)
        case .other: throw .noSuchEntry
        default: break
        }
    }

    private func checkUpdate(
        _ name: String, _ key: NFTables.Register, _ data: NFTables.Register?, _ timeout: UInt64
    ) throws(FakeErrno) {
        let record = try set(name).record
        guard record.flags.contains(.dynamic) else { throw .notSupported }
        guard timeout == 0 || record.flags.contains(.timeout) else { throw .notSupported }
        guard record.flags.contains(.map) == (data != nil) else { throw .invalid }
        try load(key, record.keyLength)
        if let data { try load(data, record.dataLength ?? 0) }
    }

    private func set(_ name: String) throws(FakeErrno) -> FakeSet {
        guard let set = table.sets[name] else { throw .noSuchEntry }
        return set
    }

    private func length(of key: NFTables.ConntrackKey) throws(FakeErrno) -> UInt32 {
        switch key {
        case .status: return 4
        case .destinationPort: return 2
        case .ipv4Destination, .ipv6Destination:
            let isIPv4 = key == .ipv4Destination
            guard isIPv4 == (family == 2) else { throw .invalid }
            return isIPv4 ? 4 : 16
        }
    }

    private func words(
        _ register: NFTables.Register, _ length: UInt32
    ) throws(FakeErrno) -> Range<Int> {
        guard length > 0 else { throw .invalid }
        let end = register.word + Int((length + 3) / 4)
        guard end <= 16 else { throw .outOfRange }
        return register.word..<end
    }

    private func load(_ register: NFTables.Register, _ length: UInt32) throws(FakeErrno) {
        guard try words(register, length).allSatisfy(written.contains) else { throw .noData }
    }

    private mutating func store(
        _ register: NFTables.Register, _ length: UInt32
    ) throws(FakeErrno) {
        written.formUnion(try words(register, length))
    }
}
