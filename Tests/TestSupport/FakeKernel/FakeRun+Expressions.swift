import Addresses
import LoadBalancing
import Wire

/// What each expression does.
extension FakeRun {
    mutating func execute(
        _ expression: NFTables.Expression, _ counter: FakeTable.CounterKey,
        _ table: inout FakeTable
    ) -> Step {
        switch expression {
        case .payload(let base, let offset, let length, let register):
            return payload(base, Int(offset), Int(length), register)
        case .meta(.l4Protocol, let register):
            store([connection.packet.protocol.number], register)
        case .meta(.inputInterfaceName, let register):
            let name = Array((connection.packet.interface ?? "").utf8.prefix(15))
            store(name + [UInt8](repeating: 0, count: 16 - name.count), register)
        case .meta(.priority, let register): store(connection.priority, register)
        case .setMeta(.priority, let register): connection.priority = number(register)
        case .conntrack(let key, let ofOriginal, let register):
            return conntrack(key, ofOriginal, register)
        case .immediate(let register, let bytes): store(bytes, register)
        case .sourceAddressType(let register):
            // RTN_LOCAL and RTN_UNICAST.
            store(localAddresses.contains(connection.packet.source) ? 2 : 1, register)
        case .bitwise(let source, let register, let mask, let xor):
            let bytes = load(source, mask.count)
            store(zip(zip(bytes, mask), xor).map { $0.0 & $0.1 ^ $1 }, register)
        case .numberGenerator(let isRandom, let modulus, let register):
            let number = isRandom ? draw(modulus) : count(modulus, counter, &table)
            store(number, register)
        case .jhash(let source, let length, let modulus, let seed, let register):
            let hash = JenkinsHash.hash(load(source, Int(length)), seed: seed)
            let number = modulus == .max ? Self.scaled(hash, modulus) : slot(hash, modulus)
            store(number, register)
        case .setMeta(.l4Protocol, _), .setMeta(.inputInterfaceName, _), .compare, .lookup,
            .verdictLookup, .update, .verdict, .destinationNAT, .masquerade, .reject, .other:
            return decide(expression, &table)
        }
        return .next
    }

    private mutating func decide(
        _ expression: NFTables.Expression, _ table: inout FakeTable
    ) -> Step {
        switch expression {
        case .compare(let register, let isEqual, let bytes):
            return load(register, bytes.count).elementsEqual(bytes) == isEqual ? .next : .noMatch
        case .lookup(let set, let key, let data, let isInverted):
            return lookup(set, key, data, isInverted, table)
        case .verdictLookup(let set, let key):
            guard case .verdict(let verdict)? = find(set, key, table)?.data else { return .noMatch }
            return .verdict(verdict)
        case .update(let set, let key, let data, let timeout):
            return update(set, key, data, timeout, &table)
        case .verdict(let verdict): return .verdict(verdict)
        case .destinationNAT(let family, let address, let port):
            return translate(family, address, port)
        case .masquerade:
            connection.isMasqueraded = true
            return .verdict(.accept)
        case .reject:
            connection.outcome = .rejected
            return .verdict(.drop)
        default: preconditionFailure("the rule was not checked: \(expression)")
        }
    }

    // MARK: Reading

    private mutating func payload(
        _ base: NFTables.PayloadBase, _ offset: Int, _ length: Int,
        _ register: NFTables.Register
    ) -> Step {
        let header: [UInt8] =
            switch base {
            case .link: []
            case .network: networkHeader
            case .transport: transportHeader
            }
        guard offset + length <= header.count else { return .noMatch }
        store(header[offset..<offset + length], register)
        return .next
    }

    /// Of the reply's direction nothing is known.
    private mutating func conntrack(
        _ key: NFTables.ConntrackKey, _ ofOriginal: Bool?, _ register: NFTables.Register
    ) -> Step {
        let packet = connection.packet
        switch key {
        case .status:
            store(connection.status, register)
            return .next
        case .destinationPort where ofOriginal == true:
            store(FakeConnection.bytes(packet.port), register)
            return .next
        case .ipv4Destination where ofOriginal == true,
            .ipv6Destination where ofOriginal == true:
            store(packet.destination.networkBytes, register)
            return .next
        case .destinationPort, .ipv4Destination, .ipv6Destination: return .noMatch
        }
    }

    // MARK: Draws

    /// `reciprocal_scale`.
    private static func scaled(_ number: UInt32, _ modulus: UInt32) -> UInt32 {
        UInt32((UInt64(number) * UInt64(modulus)) >> 32)
    }

    private mutating func draw(_ modulus: UInt32) -> UInt32 {
        slot(UInt32(truncatingIfNeeded: random.next()), modulus)
    }

    private mutating func slot(_ number: UInt32, _ modulus: UInt32) -> UInt32 {
        connection.draws.append(modulus)
        return connection.slot ?? Self.scaled(number, modulus)
    }

    private mutating func count(
        _ modulus: UInt32, _ key: FakeTable.CounterKey, _ table: inout FakeTable
    ) -> UInt32 {
        let last = table.counters[key] ?? modulus - 1
        let next = last + 1 < modulus ? last + 1 : 0
        table.counters[key] = next
        return next
    }

    // MARK: Sets

    private func find(
        _ set: String, _ key: NFTables.Register, _ table: FakeTable
    ) -> NFTables.Element? {
        guard let length = table.sets[set]?.record.keyLength,
            let value = NFTables.Value(load(key, Int(length)))
        else { return nil }
        return table.sets[set]?.find(value, now)
    }

    private mutating func lookup(
        _ set: String, _ key: NFTables.Register, _ data: NFTables.Register?,
        _ isInverted: Bool, _ table: FakeTable
    ) -> Step {
        let element = find(set, key, table)
        guard (element != nil) != isInverted else { return .noMatch }
        if let data, case .value(let value)? = element?.data { store(value.bytes, data) }
        return .next
    }

    private func update(
        _ set: String, _ key: NFTables.Register, _ data: NFTables.Register?, _ timeout: UInt64,
        _ table: inout FakeTable
    ) -> Step {
        guard let record = table.sets[set]?.record,
            let value = NFTables.Value(load(key, Int(record.keyLength)))
        else { return .noMatch }
        let datum = data.flatMap { NFTables.Value(load($0, Int(record.dataLength ?? 0))) }
        let isThere = table.sets[set]!.update(value, datum, timeout: timeout, now)
        return isThere ? .next : .noMatch
    }

    // MARK: Translation

    private mutating func translate(
        _ family: UInt8, _ address: NFTables.Register, _ port: NFTables.Register
    ) -> Step {
        let bytes = load(address, family == 2 ? 4 : 16)
        guard let host = IPAddress(networkBytes: bytes) else { return .noMatch }
        let number = load(port, 2).reduce(0) { $0 << 8 | Port($1) }
        let destination = IPSocketAddress(host, number)
        // A translation into what it was is none.
        if destination != connection.destination { connection.isTranslated = true }
        connection.destination = destination
        return .verdict(.accept)
    }
}
