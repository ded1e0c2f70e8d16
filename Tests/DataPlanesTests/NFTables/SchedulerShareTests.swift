import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite("nftables in a fake kernel: schedulers")
struct SchedulerShareTests {
    typealias Scene = OracleTests.Scene

    /// One Service with one address.
    struct OneService {
        var scene: Scene
        var table = ServiceTable()
        let family: IPFamily
        let name: ServicePortName
        let address: IPAddress

        init(_ family: IPFamily, _ state: ServicePortState, seed: UInt64 = 1) throws {
            self.family = family
            scene = Scene(family, seed: seed)
            name = ServicePortName(
                namespace: "default", service: "web", port: "", protocol: .tcp, family: family)
            address = IPAddress(family == .ipv4 ? "10.96.0.1" : "fd00:96::1")!
            table.frontends[FrontendAddress(.address(address), 80, .tcp)] = Frontend(
                .clusterIP, name)
            try set(state)
        }

        mutating func set(_ state: ServicePortState) throws {
            var next = table
            next.servicePorts[name] = state
            let changes = next.changes(since: table)
            table = next
            try scene.apply(next, changes)
        }

        func packet(_ client: UInt64) -> Packet {
            let base = IPAddress(family == .ipv4 ? "203.0.0.0" : "2001:db8:1::")!
            return Packet(from: base.advanced(by: client)!, to: address, .tcp, 80)
        }

        /// The backend that the client meets.
        mutating func connect(_ client: UInt64, slot: UInt32? = nil) throws -> IPSocketAddress {
            let connection = scene.link.kernel.connect(packet(client), slot: slot)
            guard let backend = backend(connection) else { throw NoBackend(connection.outcome) }
            return backend
        }

        /// The backend of each slot that is drawn among.
        mutating func slots() throws -> [IPSocketAddress] {
            let draws = scene.link.kernel.connect(packet(0), slot: 0).draws
            return try (0..<(draws.first ?? 0)).map { try connect(0, slot: $0) }
        }

        mutating func backends(of clients: Range<UInt64>) throws -> [IPSocketAddress] {
            var met: [IPSocketAddress] = []
            for client in clients { met.append(try connect(client)) }
            return met
        }

        func backend(_ connection: FakeConnection) -> IPSocketAddress? {
            if case .translated(let backend, _) = connection.outcome { backend } else { nil }
        }
    }

    struct NoBackend: Error {
        let outcome: FakeConnection.Outcome
        init(_ outcome: FakeConnection.Outcome) { self.outcome = outcome }
    }

    static func backends(_ family: IPFamily, _ weights: [UInt16]) -> [Backend] {
        weights.enumerated().map { number, weight in
            let base = IPAddress(family == .ipv4 ? "10.244.0.0" : "fd00:244::")!
            return Backend(base.advanced(by: UInt64(number + 1))!, 8080, weight: weight)
        }
    }

    @Test(
        "the shares of slots are the weights, within one per cent",
        arguments: [Scheduler.random, .leastConnections, .maglev], 0..<12 as Range<UInt64>)
    func shares(scheduler: Scheduler, seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let weights = (0..<Int.random(in: 1...12, using: &rng)).map { _ in
            [1, 2, 3, 10, 100, 999, 65535].randomElement(using: &rng)! as UInt16
        }
        let backends = Self.backends(.ipv4, weights)
        var service = try OneService(
            .ipv4, ServicePortState(cluster: backends, scheduler: scheduler))
        let slots = try service.slots()
        var counts: [IPSocketAddress: Int] = [:]
        for backend in slots { counts[backend, default: 0] += 1 }
        let sum = weights.reduce(0) { $0 + Double($1) }
        for backend in backends {
            let count = try #require(counts[backend.socketAddress], "\(backend)")
            let share = Double(count) / Double(slots.count)
            #expect(abs(share - Double(backend.weight) / sum) < 0.01, "\(backend) of \(weights)")
        }
    }

    @Test("chance alone chooses among slots, evenly", arguments: [IPFamily.ipv4, .ipv6])
    func random(family: IPFamily) throws {
        var service = try OneService(
            family, ServicePortState(cluster: Self.backends(family, [1, 1, 2])))
        var counts: [IPSocketAddress: Int] = [:]
        for _ in 0..<4000 {
            // One client, again and again.
            counts[try service.connect(7), default: 0] += 1
        }
        let shares = counts.sorted { $0.key < $1.key }.map { Double($0.value) / 4000 }
        #expect(shares.count == 3)
        for (share, wanted) in zip(shares, [0.25, 0.25, 0.5]) {
            #expect(abs(share - wanted) < 0.03)
        }
    }

    @Test(
        "round robin takes exact turns, each Service its own",
        arguments: [IPFamily.ipv4, .ipv6])
    func roundRobin(family: IPFamily) throws {
        let backends = Self.backends(family, [1, 3, 2])
        var service = try OneService(
            family, ServicePortState(cluster: backends, scheduler: .roundRobin))
        var turns: [[IPSocketAddress]] = []
        for _ in 0..<5 {
            turns.append(try service.backends(of: 0..<6))
        }
        #expect(Set(turns).count == 1)
        for backend in backends {
            #expect(turns[0].count { $0 == backend.socketAddress } == backend.weight)
        }
        // No backend twice in a row but the one that has half of the turns.
        let repeated = zip(turns[0], turns[0].dropFirst()).filter { $0 == $1 }
        #expect(repeated.allSatisfy { $0.0 == backends[1].socketAddress })
        // Further backends: turns go on among all of them.
        try service.set(
            ServicePortState(cluster: Self.backends(family, [1, 1, 1, 1]), scheduler: .roundRobin))
        let among = try service.backends(of: 0..<8)
        #expect(Set(among[..<4]).count == 4)
        #expect(Array(among[..<4]) == Array(among[4...]))
    }

    @Test(
        "maglev gives a client one backend on every node, and moves few when one goes",
        arguments: [IPFamily.ipv4, .ipv6])
    func maglev(family: IPFamily) throws {
        let backends = Self.backends(family, Array(repeating: 1, count: 10))
        var here = try OneService(
            family, ServicePortState(cluster: backends, scheduler: .maglev))
        var there = try OneService(
            family, ServicePortState(cluster: backends, scheduler: .maglev), seed: 99)
        let before = try here.backends(of: 0..<2000)
        #expect(try there.backends(of: 0..<2000) == before)
        for backend in backends {
            let share = Double(before.count { $0 == backend.socketAddress }) / 2000
            #expect(abs(share - 0.1) < 0.03)
        }
        var left = backends
        let gone = left.remove(at: 4).socketAddress
        try here.set(ServicePortState(cluster: left, scheduler: .maglev))
        let after = try here.backends(of: 0..<2000)
        #expect(!after.contains(gone))
        let moved = zip(before, after).count { $0 != $1 && $0 != gone }
        #expect(Double(moved) / 2000 < 0.05, "\(moved) of those that need not move")
    }

    @Test("a backend that comes takes slots from the others and moves none between them")
    func arrangement() throws {
        let three = Self.backends(.ipv4, [1, 1, 1, 5])
        var service = try OneService(
            .ipv4, ServicePortState(cluster: three, affinityTimeout: nil))
        let before = try service.slots()
        try service.set(ServicePortState(cluster: Self.backends(.ipv4, [1, 1, 1, 5, 2])))
        let after = try service.slots()
        #expect(Array(after[..<before.count]) == before)
        #expect(after.count == before.count + 2)
    }
}
