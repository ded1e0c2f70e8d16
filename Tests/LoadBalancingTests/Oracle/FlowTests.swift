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
        let node = flow.inputs["node"] ?? .null
        let nodeIPs = node.addresses("ips")
        var context = NodeContext(name: node["name"]?.string ?? "")
        context.podCIDRs = node.prefixes("detectLocalCIDRs")
        context.serviceCIDRs = node.prefixes("serviceCIDRs")
        context.masqueradeAll = node["masqueradeAll"]?.bool ?? false
        context.nodePortAddresses = Self.selected(nodeIPs, by: node.prefixes("nodePortAddresses"))
        var state = ClusterState(node: context)
        var metadata = ObjectMeta(name: context.name)
        metadata.labels = node["labels"]?.stringMap ?? [:]
        _ = state.upsert(Node(metadata: metadata))
        for object in flow.inputs["objects"]?.array ?? [] {
            switch object["kind"]?.string {
            case "Service": _ = state.upsert(Service(json: object))
            case "EndpointSlice": _ = state.upsert(EndpointSlice(json: object))
            case let kind: Issue.record("\(flow.id): object of kind \(kind ?? "none")")
            }
        }
        snapshot = state.snapshot
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

    /// As kube-proxy reads `nodePortAddresses`: a family without a CIDR means every address of it.
    private static func selected(_ addresses: [IPAddress], by prefixes: [IPPrefix])
        -> Set<IPAddress>
    {
        Set(
            addresses.filter { address in
                let own = prefixes.filter { $0.family == address.family }
                return own.isEmpty || own.contains { $0.contains(address) }
            })
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

extension JSON {
    func addresses(_ key: String) -> [IPAddress] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPAddress($0) } } ?? []
    }

    func prefixes(_ key: String) -> [IPPrefix] {
        self[key]?.array?.compactMap { $0.string.flatMap { IPPrefix($0) } } ?? []
    }
}
