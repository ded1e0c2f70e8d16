import Addresses
package import Linux
package import LoadBalancing
import Synchronization

/// Sends first packets through the kernel of a node and says what became of each.
package final class FlowLab: Sendable {
    package let network: LabNetwork
    private let world: WorldEnd
    private let ears: NodeEars
    /// Send what processes of the node send.
    private let mouths: [IPFamily: Mouth]
    private let numbers = Mutex(ProbeNumbers())

    /// Packets that are on their way at once: fewer than the kernel queues for a processor.
    private static let batchSize = 64
    private let patience: Int32
    private static let patienceWithLinks: Int32 = 10_000

    /// - Parameter patience: milliseconds after which the lab's own packets count as lost: they need
    ///   microseconds.
    package init(_ network: LabNetwork, patience: Int32 = 5000) throws {
        self.network = network
        self.patience = patience
        world = try network.world.runBlocking { try WorldEnd() }
        ears = try network.node.runBlocking { try NodeEars() }
        mouths = try network.node.runBlocking {
            [.ipv4: try Mouth(.ipv4), .ipv6: try Mouth(.ipv6)]
        }
        try waitForLinks()
    }

    /// Interfaces that are up drop packets until the kernel has heard of it from both ends, which is a matter of its
    /// workers.
    private func waitForLinks() throws {
        let interval: Int32 = 10
        for _ in 0..<(Self.patienceWithLinks / interval) {
            let sentinel = numbers.withLock { $0.sentinel() }
            if try hasArrived(sentinel, within: interval) { return }
        }
        throw LabError("the links of the lab do not come up")
    }

    private func hasArrived(_ sentinel: FirstPacket, within milliseconds: Int32) throws -> Bool {
        try send(sentinel, isFromHost: false)
        while let frame = try world.socket.receive(withinMilliseconds: milliseconds) {
            if Sighting(packet: EthernetFrame.payload(of: frame)) == .first(sentinel) {
                return true
            }
        }
        return false
    }

    /// The namespace in which the data plane does its work.
    package var node: NetworkNamespace { network.node }

    /// What became of each packet; every one is a new connection.
    package func outcomes(of packets: [Packet]) async throws -> [FlowOutcome] {
        try await ThreadWork.run(named: "flow-lab") { [self] in
            try numbers.withLock { numbers in
                // On one processor the kernel works off packets in the order in which they were sent.
                try Thread.stayOnProcessor()
                var outcomes: [FlowOutcome] = []
                for start in stride(from: 0, to: packets.count, by: Self.batchSize) {
                    let end = min(start + Self.batchSize, packets.count)
                    outcomes += try send(packets[start..<end], &numbers)
                }
                return outcomes
            }
        }
    }

    /// What became of one packet, sent so many times.
    package func outcomes(of packet: Packet, times: Int) async throws -> [FlowOutcome] {
        try await outcomes(of: Array(repeating: packet, count: times))
    }

    private func send(
        _ packets: ArraySlice<Packet>, _ numbers: inout ProbeNumbers
    ) throws -> [FlowOutcome] {
        if !numbers.hasPorts(packets.count) { try forgetConnections(&numbers) }
        let probes = packets.map { numbers.probe($0) }
        var evidence: [UInt32: Evidence] = [:]
        for (packet, probe) in zip(packets, probes) {
            evidence[probe.mark] = Evidence(of: probe)
            try send(probe, isFromHost: packet.isFromHost)
        }
        // What was sent later has arrived, so everything of before has, too, if its way is no longer. The way of an
        // answer by the node's loopback may be longer than that of one routed packet; it is not than that of two.
        for _ in 0..<2 {
            for sighting in try waitForSentinel(numbers.sentinel()) {
                evidence[sighting.mark]?.add(sighting)
            }
        }
        for sighting in try ears.sightings() { evidence[sighting.mark]?.add(sighting) }
        return probes.map { evidence[$0.mark]!.outcome }
    }

    private func send(_ probe: FirstPacket, isFromHost: Bool) throws {
        let target = probe.destination.address
        if isFromHost {
            do throws(SystemError) {
                try mouths[target.family]!.socket.send(probe.bytes, to: target)
            } catch {
                // What the OUTPUT hook drops, also after an answer, is an error of the sender.
                guard error.errno == .notPermitted else { throw error }
            }
        } else {
            let frame = EthernetFrame(to: LabNetwork.inletMAC, target.family, probe.bytes)
            try world.socket.send(frame.bytes, on: network.worldInterface)
        }
    }

    /// Sends a packet that nothing but a router has to do with, and gives what arrived before it.
    private func waitForSentinel(_ sentinel: FirstPacket) throws -> [Sighting] {
        try send(sentinel, isFromHost: false)
        var sightings: [Sighting] = []
        while let frame = try world.socket.receive(withinMilliseconds: patience) {
            guard let sighting = Sighting(packet: EthernetFrame.payload(of: frame)) else {
                continue
            }
            if sighting.mark == sentinel.mark { return sightings }
            sightings.append(sighting)
        }
        throw LabError("a packet that should only be routed did not arrive: the node drops all")
    }

    /// Ports may be used again once the kernel knows no connection of theirs.
    private func forgetConnections(_ numbers: inout ProbeNumbers) throws {
        try network.node.runBlocking {
            var connections = try LabConnections()
            try connections.flush()
        }
        numbers.reusePorts()
    }
}

/// Sends and hears frames in the world.
private final class WorldEnd: Sendable {
    let socket: PacketSocket
    init() throws { socket = try PacketSocket() }
}

/// Sends whole packets of one family.
private final class Mouth: Sendable {
    let socket: RawSocket
    init(_ family: IPFamily) throws { socket = try RawSocket(sending: family) }
}

/// Marks and source ports that no earlier packet of a lab had.
private struct ProbeNumbers {
    private static let firstPort: Port = 1024
    private var mark: UInt32 = 0x1000
    private var port = firstPort
    private static let sentinelSource = IPSocketAddress("100.64.0.2:9")!
    private static let sentinelTarget = IPSocketAddress("100.64.0.3:9")!

    func hasPorts(_ count: Int) -> Bool { Int(port) + count <= Int(Port.max) }

    mutating func reusePorts() { port = Self.firstPort }

    mutating func probe(_ packet: Packet) -> FirstPacket {
        mark += 1
        port += 1
        return FirstPacket(
            from: IPSocketAddress(packet.source, port),
            to: IPSocketAddress(packet.destination, packet.port), packet.protocol, mark: mark)
    }

    mutating func sentinel() -> FirstPacket {
        mark += 1
        return FirstPacket(from: Self.sentinelSource, to: Self.sentinelTarget, .udp, mark: mark)
    }
}

extension Sighting {
    var mark: UInt32 {
        switch self {
        case .first(let packet): packet.mark
        case .reset(let mark), .unreachable(let mark, _): mark
        }
    }
}
