import Addresses
import Linux

/// Renders the silent part of a SourcePolicy as a socket filter, so that a dropped client gets no SYN-ACK.
enum SourceFilter {
    /// Nil where nobody is dropped, and where the program would be too long: then connections are judged when
    /// they are accepted.
    static func filter(for policy: SourcePolicy, family: IPFamily) -> SocketFilter? {
        let (rules, passOthers) = rules(policy)
        if passOthers && rules.allSatisfy(\.pass) { return nil }
        var program: [SocketFilter.Instruction] = []
        for rule in rules where rule.prefix.family == family {
            program += match(rule.prefix)
            program.append(verdict(rule.pass))
        }
        program.append(verdict(passOthers))
        return program.count <= SocketFilter.maximumLength ? SocketFilter(program) : nil
    }

    struct Rule: Equatable {
        var prefix: IPPrefix
        var pass: Bool
    }

    /// First match counts.
    static func rules(_ policy: SourcePolicy) -> (rules: [Rule], passOthers: Bool) {
        let dropsInternal = policy.internalVerdict == .drop
        let dropsExternal = policy.externalVerdict == .drop
        let inside = policy.internalPrefixes
        guard let allowed = policy.allowed else {
            if dropsInternal == dropsExternal { return ([], !dropsExternal) }
            return (inside.map { Rule(prefix: $0, pass: !dropsInternal) }, !dropsExternal)
        }
        switch (dropsInternal, dropsExternal) {
        case (true, true): return ([], false)
        case (false, false): return (allowed.map { Rule(prefix: $0, pass: true) }, false)
        case (true, false):
            let drops = inside.map { Rule(prefix: $0, pass: false) }
            return (drops + allowed.map { Rule(prefix: $0, pass: true) }, false)
        case (false, true):
            // Only internal sources that are allowed. Of two prefixes that overlap one holds the other.
            var both: [Rule] = []
            for a in allowed {
                for b in inside where a.overlaps(b) {
                    both.append(Rule(prefix: a.length >= b.length ? a : b, pass: true))
                }
            }
            return (both, false)
        }
    }

    /// Falls through to the next instruction if the packet's source lies in the prefix, else skips that one.
    private static func match(_ prefix: IPPrefix) -> [SocketFilter.Instruction] {
        let (start, words) = sourceWords(prefix)
        var program: [SocketFilter.Instruction] = []
        for (index, word) in words.enumerated() {
            let bits = min(32, prefix.length - 32 * index)
            if bits <= 0 { break }
            let mask = UInt32.max << UInt32(32 - bits)
            let networkOffset = UInt32(bitPattern: -0x100000)  // SKF_NET_OFF
            program.append(.init(0x20, networkOffset + start + 4 * UInt32(index)))  // A = word
            program.append(.init(0x54, mask))  // A &= mask
            program.append(.init(0x15, word & mask))  // A == word?
        }
        for index in stride(from: 2, to: program.count, by: 3) {
            let skip = UInt8(program.count - index)
            program[index] = .init(0x15, ifFalse: skip, program[index].constant)
        }
        return program
    }

    private static func sourceWords(_ prefix: IPPrefix) -> (offset: UInt32, words: [UInt32]) {
        let network = prefix.network
        let low = [UInt32(truncatingIfNeeded: network.low)]
        switch network.family {
        case .ipv4: return (12, low)
        case .ipv6:
            let high = [
                UInt32(network.high >> 32), UInt32(truncatingIfNeeded: network.high),
                UInt32(network.low >> 32),
            ]
            return (8, high + low)
        }
    }

    private static func verdict(_ pass: Bool) -> SocketFilter.Instruction {
        .init(0x06, pass ? .max : 0)  // return: that many bytes
    }
}
