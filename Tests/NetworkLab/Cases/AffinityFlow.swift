import Addresses
import KubeAPI
import LoadBalancing
import TestSupport

/// `kind: affinity`: connections of clients at certain times, and which of them reach the same endpoint.
///
/// Every client of the case is played by many, so that no endpoint is the same by chance; time passes faster, as far
/// as the kernel's timeouts in whole seconds allow it.
struct AffinityFlow {
    private let test: ConformanceCase
    private let scene: FlowScene
    /// Seconds in the lab a second of the case.
    private let scale: Double
    private static let clients: UInt64 = 16
    private static let longestTimeout: Int64 = 3

    init(_ test: ConformanceCase) {
        self.test = test
        var scene = FlowScene(test)
        let timeouts = scene.services.compactMap {
            $0.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
        }
        let timeout = timeouts.min() ?? Self.longestTimeout
        let shorter = min(timeout, Self.longestTimeout)
        scale = Double(shorter) / Double(timeout)
        for index in scene.objects.indices {
            scene.objects[index].replaceAffinityTimeout(by: shorter)
        }
        self.scene = scene
    }

    func run(_ factory: DataPlaneFactory) async throws {
        let steps = test.inputs["steps"]?.array ?? []
        let answers = test.expect.array ?? []
        guard !steps.isEmpty, steps.count == answers.count else {
            throw CaseFailure("\(steps.count) steps, \(answers.count) answers")
        }
        let node = try await ProxiedNode(scene, factory)
        try await node.run {
            try await node.settle(scene)
            var play = AffinityPlay(node: node, scene: scene, clients: Array(0..<Self.clients))
            let start = ContinuousClock.now
            for (step, answer) in zip(steps, answers) {
                let time = Double(step["at"]?.integer ?? 0) * scale
                try await Task.sleep(until: start + .seconds(time), clock: .continuous)
                try await play.take(step, answer)
            }
        }
    }
}

/// What was seen so far, client by client.
private struct AffinityPlay {
    let node: ProxiedNode
    var scene: FlowScene
    /// How far the address of each lies behind that of the case.
    var clients: [UInt64]
    /// What each client reached; empty for a step without a packet.
    private var reached: [[UInt64: IPSocketAddress]] = []

    init(node: ProxiedNode, scene: FlowScene, clients: [UInt64]) {
        self.node = node
        self.scene = scene
        self.clients = clients
    }

    mutating func take(_ step: JSON, _ answer: JSON) async throws {
        if let other = step["remove_endpoint_of_step"]?.integer {
            try await removeEndpoint(of: Int(other))
            reached.append([:])
            return
        }
        guard let packet = scene.packet(step) else {
            throw CaseFailure("the step \(step) cannot be read")
        }
        reached.append(try await send(packet))
        for client in clients { try check(client, answer) }
    }

    private func send(_ packet: Packet) async throws -> [UInt64: IPSocketAddress] {
        let packets = clients.map { client in
            var packet = packet
            packet.source = packet.source.advanced(by: client) ?? packet.source
            return packet
        }
        var reached: [UInt64: IPSocketAddress] = [:]
        for (client, outcome) in zip(clients, try await node.lab.outcomes(of: packets)) {
            guard case .dnat(let target, _) = outcome else {
                throw CaseFailure("step \(self.reached.count): \(packet): \(outcome)")
            }
            reached[client] = target
        }
        return reached
    }

    private func check(_ client: UInt64, _ answer: JSON) throws {
        let step = reached.count - 1
        let came = reached[step][client]
        func require(_ isRight: Bool, _ expected: String) throws {
            if isRight { return }
            throw CaseFailure(
                at: "step \(step), client \(client)", expected: expected,
                came: came?.description ?? "nothing")
        }
        if let texts = answer["one_of"]?.array?.compactMap(\.string) {
            try require(
                texts.compactMap { IPSocketAddress($0) }.contains { $0 == came },
                "one of \(texts.joined(separator: ", "))")
        }
        if let other = answer["same_as_step"]?.integer {
            let same = try reached(client, inStep: other)
            try require(came == same, "\(same) as in step \(other)")
        }
        if let other = answer["not_same_as_step"]?.integer {
            let same = try reached(client, inStep: other)
            try require(came != same, "another than \(same) as in step \(other)")
        }
    }

    private func reached(_ client: UInt64, inStep step: Int64) throws -> IPSocketAddress {
        guard reached.indices.contains(Int(step)), let target = reached[Int(step)][client] else {
            throw CaseFailure("there is no step \(step) with a packet")
        }
        return target
    }

    /// Takes away what the first client reached; the clients that reached another are not asked any more.
    private mutating func removeEndpoint(of step: Int) async throws {
        guard let first = clients.first else { return }
        let gone = try reached(first, inStep: Int64(step))
        clients = clients.filter { reached[step][$0] == gone }
        for index in scene.objects.indices {
            scene.objects[index].removeEndpoint(gone.address.description)
        }
        node.put(scene)
        try await node.settle(scene)
    }
}

extension JSON {
    /// Of a Service with session affinity.
    fileprivate mutating func replaceAffinityTimeout(by seconds: Int64) {
        guard self["kind"] == "Service", var spec = self["spec"],
            spec["sessionAffinity"] == "ClientIP"
        else { return }
        spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": .integer(seconds)]]
        self["spec"] = spec
    }

    /// Of an EndpointSlice.
    fileprivate mutating func removeEndpoint(_ address: String) {
        guard self["kind"] == "EndpointSlice", let endpoints = self["endpoints"]?.array else {
            return
        }
        self["endpoints"] = .array(
            endpoints.filter { endpoint in
                endpoint["addresses"]?.array?.contains(.string(address)) != true
            })
    }
}
