import Addresses
import KubeAPI
import LoadBalancing
import TestSupport
import Testing

/// The packet flows of Kubernetes' own tracer, in nftables mode: objects → ServiceTable → Oracle.
@Suite struct FlowTests {
    static let cases = ConformanceCase.load("flows.yaml") { $0.json["kind"]?.string == "flow" }

    @Test("A packet goes where kube-proxy in nftables mode sends it", arguments: cases)
    func flow(_ flow: ConformanceCase) throws {
        let scene = FlowScene(flow)
        #expect(scene.services.count + scene.slices.count == scene.objects.count)
        let oracle = Oracle(ServiceTableCompiler.compile(scene.snapshot))
        let packets = flow.inputs["packets"]?.array ?? []
        let answers = flow.answers
        #expect(packets.count == answers.count)
        for (json, answer) in zip(packets, answers) {
            let packet = try #require(scene.packet(json))
            guard answer.isForNFTables else {
                print("\(flow.id): \(packet): not applicable, iptables mode only")
                continue
            }
            let decision = oracle.decide(packet)
            #expect(FlowAnswer.Verdict(decision) == answer.verdict, "\(packet): \(decision)")
        }
    }

    @Test func `Every flow has packets, and all but a few are about nftables`() {
        let answers = Self.cases.flatMap(\.answers)
        #expect(Self.cases.count == 73)
        #expect(answers.filter { !$0.isForNFTables }.count <= 5)
        #expect(answers.count > 150)
    }
}

extension ConformanceCase {
    fileprivate var answers: [FlowAnswer] { (expect.array ?? []).map(FlowAnswer.init) }
}

extension FlowAnswer.Verdict {
    fileprivate init(_ decision: Decision) {
        switch decision {
        case .dnat(let forwarding):
            // The cases have one answer a packet: hairpin shows where there is one backend only.
            let hairpins = forwarding.backends.allSatisfy { forwarding.masquerades(to: $0) }
            self = .dnat(Set(forwarding.backends.map(\.socketAddress)), masquerade: hairpins)
        case .drop: self = .drop
        case .reject: self = .reject
        case .pass: self = .pass
        }
    }
}
