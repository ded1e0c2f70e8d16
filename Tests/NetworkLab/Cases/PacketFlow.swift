import KubeAPI
import LoadBalancing
import TestSupport

/// `kind: flow`: packets, and what becomes of each.
struct PacketFlow {
    private let scene: FlowScene
    private let test: ConformanceCase

    init(_ test: ConformanceCase) {
        self.test = test
        scene = FlowScene(test)
    }

    func run(_ factory: DataPlaneFactory) async throws {
        let flows = try expectations()
        guard !flows.isEmpty else {
            throw CaseNotApplicable("its packets are for iptables mode alone")
        }
        let node = try await ProxiedNode(scene, factory)
        try await node.run { [scene] in
            try await node.settle(scene)
            var faults: [String] = []
            for (packet, expectation) in flows {
                let outcomes = try await node.lab.outcomes(
                    of: packet, times: expectation.trials)
                if let fault = expectation.fault(in: outcomes) {
                    faults.append("\(packet): \(fault)")
                }
            }
            guard faults.isEmpty else {
                throw CaseFailure(faults.joined(separator: "\n"))
            }
        }
    }

    /// The packets that nftables mode has an answer for.
    private func expectations() throws -> [(Packet, FlowExpectation)] {
        let packets = test.inputs["packets"]?.array ?? []
        let answers = (test.expect.array ?? []).map(FlowAnswer.init)
        guard !packets.isEmpty, packets.count == answers.count else {
            throw CaseFailure("\(packets.count) packets, \(answers.count) answers")
        }
        return try zip(packets, answers).compactMap { json, answer in
            guard answer.isForNFTables else { return nil }
            guard let packet = scene.packet(json), let verdict = answer.verdict else {
                throw CaseFailure("the packet \(json) or its answer cannot be read")
            }
            return (packet, FlowExpectation(verdict, from: packet))
        }
    }
}

extension FlowExpectation {
    init(_ verdict: FlowAnswer.Verdict, from packet: Packet) {
        let expected: Verdict =
            switch verdict {
            case .dnat(let endpoints, let masquerade):
                .dnat(
                    endpoints, isMasqueraded: masquerade,
                    .every(leastShare: 1 / Double(endpoints.count)))
            case .reject: .reject
            case .drop: .drop
            case .pass: .pass
            }
        self.init(expected, from: packet.source)
    }
}
