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
        let oracle = Oracle(ServiceTableCompiler.compile(scene.snapshot))
        #expect(scene.packets.count == scene.answers.count)
        for (packet, answer) in zip(scene.packets, scene.answers) {
            guard answer.isForNFTables else {
                print("\(flow.id): \(packet): not applicable, iptables mode only")
                continue
            }
            let decision = oracle.decide(packet)
            #expect(FlowAnswer(decision) == answer.verdict, "\(packet): \(decision)")
        }
    }

    @Test func `Every flow has packets, and all but a few are about nftables`() {
        let answers = Self.cases.flatMap { FlowScene($0).answers }
        #expect(Self.cases.count == 73)
        #expect(answers.filter { !$0.isForNFTables }.count <= 5)
        #expect(answers.count > 150)
    }
}

/// The inputs of a flow.
struct FlowScene {
    let snapshot: ClusterSnapshot
    let packets: [Packet]
    let answers: [(verdict: FlowAnswer?, isForNFTables: Bool)]

    init(_ flow: ConformanceCase) {
        let scene = ClusterScene(flow)
        let nodeIPs = scene.nodeIPs
        snapshot = scene.snapshot
        packets = (flow.inputs["packets"]?.array ?? []).compactMap { packet in
            guard let source = packet["from"]?.string.flatMap({ IPAddress($0) }),
                let destination = packet["to"]?.string.flatMap({ IPAddress($0) }),
                let `protocol` = packet["protocol"]?.string.flatMap(L4Protocol.init(rawValue:)),
                let port = packet["port"]?.integer.flatMap({ Port(exactly: $0) })
            else { return nil }
            return Packet(
                from: source, to: destination, `protocol`, port,
                isFromHost: nodeIPs.contains(source) || source.isLoopback)
        }
        answers = (flow.expect.array ?? []).map { answer in
            let modes = answer["modes"]?.array?.compactMap(\.string) ?? []
            return (FlowAnswer(json: answer["expect"] ?? .null), modes.contains("nftables"))
        }
    }
}

/// A verdict in the words of the cases.
enum FlowAnswer: Equatable {
    case dnat(Set<String>, masquerade: Bool)
    case drop, reject, pass

    init?(json: JSON) {
        switch json["verdict"]?.string {
        case "dnat":
            self = .dnat(
                Set(json["endpoints"]?.array?.compactMap(\.string) ?? []),
                masquerade: json["masquerade"]?.bool ?? false)
        case "drop": self = .drop
        case "reject": self = .reject
        case "pass": self = .pass
        default: return nil
        }
    }

    init(_ decision: Decision) {
        switch decision {
        case .dnat(let forwarding):
            // The cases have one answer a packet: hairpin shows where there is one backend only.
            let hairpins = forwarding.backends.allSatisfy { forwarding.masquerades(to: $0) }
            self = .dnat(
                Set(forwarding.backends.map { "\($0.socketAddress)" }), masquerade: hairpins)
        case .drop: self = .drop
        case .reject: self = .reject
        case .pass: self = .pass
        }
    }
}
