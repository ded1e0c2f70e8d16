import Addresses
import LoadBalancing
import TestSupport
import Wire

@testable import DataPlanes

/// Holds what becomes of packets in a kernel against what the Oracle says.
struct OracleComparison {
    let kernel: FakeKernel
    let oracle: Oracle
    /// Draws among more slots than this are looked at in part.
    var slotLimit: UInt32 = 24

    /// nil where both agree.
    func difference(_ packet: Packet) -> String? {
        let decision = oracle.decide(packet)
        let first = connect(packet, slot: 0)
        let agrees: Bool
        switch decision {
        case .pass: agrees = first.outcome == .passed
        case .reject: agrees = first.outcome == .rejected
        case .drop: agrees = first.outcome == .dropped
        case .dnat(let forwarding):
            return difference(packet, forwarding, first).map { "\(packet): \($0), \(decision)" }
        }
        return agrees ? nil : "\(packet): \(first.outcome), not \(decision)"
    }

    private func connect(_ packet: Packet, slot: UInt32?) -> FakeConnection {
        var copy = kernel
        return copy.connect(packet, slot: slot)
    }

    private func difference(
        _ packet: Packet, _ forwarding: Decision.Forwarding, _ first: FakeConnection
    ) -> String? {
        let expected = Dictionary(
            uniqueKeysWithValues: forwarding.backends.map { ($0.socketAddress, $0) })
        var reached: Set<IPSocketAddress> = []
        let (outcomes, isComplete) = outcomes(packet, first, backends: expected.count)
        for outcome in outcomes {
            guard case .translated(let backend, let isMasqueraded) = outcome else {
                return "\(outcome)"
            }
            guard let wanted = expected[backend] else { return "a way to \(backend)" }
            // To a process of this host there is no masquerading.
            let isToHost = kernel.localAddresses.contains(backend.address) && !packet.isFromHost
            guard isToHost || isMasqueraded == forwarding.masquerades(to: wanted) else {
                return "masqueraded to \(backend): \(isMasqueraded)"
            }
            reached.insert(backend)
        }
        if isComplete, reached.count != expected.count {
            return "no way to \(Set(expected.keys).subtracting(reached))"
        }
        // The qdiscs read it, too.
        return first.priority == 0 ? nil : "priority \(first.priority)"
    }

    /// Those of all slots; of round robin one turn; the remembered one alone where there is one.
    private func outcomes(
        _ packet: Packet, _ first: FakeConnection, backends: Int
    ) -> (outcomes: [FakeConnection.Outcome], isComplete: Bool) {
        guard let slots = first.draws.first else {
            var copy = kernel
            let turns = (0..<2 * backends).map { _ in copy.connect(packet).outcome }
            return (turns, false)
        }
        let step = slots > slotLimit ? slots / 5 : 1
        let outcomes = stride(from: 0, to: slots, by: Int(step)).map {
            connect(packet, slot: $0).outcome
        }
        return (outcomes, step == 1)
    }
}

extension NFTablesRenderer {
    /// nil where the kernel has what a fresh rendering of the table gives; parts that no list needs may be there.
    static func difference(
        _ kernel: KernelTable, _ family: IPFamily, _ table: ServiceTable
    ) -> String? {
        var renderer = NFTablesRenderer(family)
        renderer.hints = ArrangementHints(kernel, family, table)
        let content = renderer.renderContent(table)
        for set in renderer.layout.sets(renderer.structure) where !set.isLearned {
            guard kernel.content[set] == content[set] else {
                return
                    "\(set.text): \(kernel.content[set].count), not \(content[set].count) elements"
            }
        }
        for chain in renderer.layout.chains(renderer.structure) where !chain.listsParts {
            let rules = renderer.layout.rules(chain, renderer.structure)
            guard kernel.rules[chain.text] ?? [] == rules else { return "rules of \(chain.text)" }
        }
        return nil
    }
}

extension ChainName {
    /// It lists the parts of a Structure, perhaps some that are in use no more.
    var listsParts: Bool {
        switch self {
        case .slots, .recall, .remember, .learn, .learnNodePort: true
        default: false
        }
    }
}
