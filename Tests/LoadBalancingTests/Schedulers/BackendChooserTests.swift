import Addresses
import TestSupport
import Testing

@testable import LoadBalancing

@Suite("A backend chooser")
struct BackendChooserTests {
    static func backends(_ weights: UInt16...) -> [Backend] {
        weights.enumerated().map { index, weight in
            Backend(IPAddress(ipv4: 0x0AF4_0001 + UInt32(index)), 80, weight: weight)
        }
    }

    static func client(_ number: Int) -> IPAddress { IPAddress(ipv4: 0xC000_0200 + UInt32(number)) }

    /// Connections each backend got, in the order of the list.
    private func shares(
        _ chooser: inout BackendChooser, _ count: Int, of backends: [Backend], keepOpen: Bool,
        seed: UInt64 = 1
    ) -> [Int] {
        var bits = SplitMix64(seed: seed)
        var counts: [IPSocketAddress: Int] = [:]
        for number in 0..<count {
            let choice = chooser.choose(
                from: .cluster, for: Self.client(number), now: 0, random: bits.next())
            guard let choice else { continue }
            counts[choice.backend, default: 0] += 1
            if !keepOpen { chooser.closed(choice.slot) }
        }
        return backends.map { counts[$0.socketAddress] ?? 0 }
    }

    @Test(
        "Round-robin gives every backend exactly its weight in each round",
        arguments: [[1, 1, 1], [5, 1, 1], [3, 2, 7], [1, 65535], [4]] as [[UInt16]])
    func roundRobin(_ weights: [UInt16]) {
        let backends = weights.enumerated().map { index, weight in
            Backend(IPAddress(ipv4: UInt32(index + 1)), 80, weight: weight)
        }
        var chooser = BackendChooser(
            ServicePortState(cluster: backends, scheduler: .roundRobin))
        let round = weights.reduce(0) { $0 + Int($1) }
        for _ in 0..<2 {
            let counts = shares(&chooser, round, of: backends, keepOpen: false)
            #expect(counts == weights.map(Int.init))
        }
    }

    @Test("Round-robin spreads a heavy backend's turns over the round")
    func smooth() {
        let backends = Self.backends(4, 1, 1)
        var chooser = BackendChooser(ServicePortState(cluster: backends, scheduler: .roundRobin))
        var longest = 0
        var run = 0
        for _ in 0..<60 {
            let choice = chooser.choose(from: .cluster, for: Self.client(1), now: 0, random: 0)
            run = choice?.backend == backends[0].socketAddress ? run + 1 : 0
            longest = max(longest, run)
        }
        #expect(longest <= 4)
    }

    @Test("Round-robin goes on where it was when the backends change")
    func roundRobinContinues() {
        let backends = Self.backends(1, 1, 1)
        var chooser = BackendChooser(ServicePortState(cluster: backends, scheduler: .roundRobin))
        var counts: [IPSocketAddress: Int] = [:]
        for round in 0..<300 {
            let choice = chooser.choose(from: .cluster, for: Self.client(1), now: 0, random: 0)
            if let choice { counts[choice.backend, default: 0] += 1 }
            // An update after every connection must not favour the first backend.
            var changed = backends
            if round % 2 == 0 { changed += [Backend(IPAddress(ipv4: 0x0AF4_00FF), 80)] }
            _ = chooser.update(ServicePortState(cluster: changed, scheduler: .roundRobin))
        }
        let shares = backends.map { counts[$0.socketAddress] ?? 0 }
        #expect(shares.allSatisfy { (70...130).contains($0) }, "\(shares)")
    }

    @Test("Random follows the weights", arguments: [1, 2, 3] as [UInt64])
    func random(_ seed: UInt64) {
        let backends = Self.backends(1, 2, 3, 4)
        var chooser = BackendChooser(ServicePortState(cluster: backends))
        let counts = shares(&chooser, 100_000, of: backends, keepOpen: false, seed: seed)
        for (index, count) in counts.enumerated() {
            let expected = 10_000 * (index + 1)
            // Five standard deviations.
            let deviation = (Double(expected) * (1 - Double(expected) / 100_000)).squareRoot()
            #expect(abs(Double(count - expected)) < 5 * deviation, "\(counts)")
        }
    }

    @Test("Least-connections fills up by weight, and goes where connections have ended")
    func leastConnections() {
        let backends = Self.backends(1, 1, 2)
        var chooser = BackendChooser(
            ServicePortState(cluster: backends, scheduler: .leastConnections))
        #expect(shares(&chooser, 400, of: backends, keepOpen: true) == [100, 100, 200])
        let slot = chooser.choose(from: .cluster, for: Self.client(1), now: 0, random: 0)!.slot
        chooser.closed(slot)
        let ended = chooser.loads.map(\.active)
        #expect(ended == [100, 100, 200])
        #expect(shares(&chooser, 4, of: backends, keepOpen: true) == [1, 1, 2])
    }

    @Test(
        "A failed backend is avoided for a while, by every scheduler", arguments: Scheduler.allCases
    )
    func suspects(_ scheduler: Scheduler) {
        let backends = Self.backends(1, 1, 1)
        var chooser = BackendChooser(ServicePortState(cluster: backends, scheduler: scheduler))
        let failed = chooser.choose(from: .cluster, for: Self.client(1), now: 0, random: 7)!
        chooser.failed(failed.slot, now: 0)
        for number in 0..<100 {
            let choice = chooser.choose(
                from: .cluster, for: Self.client(number), now: 1,
                random: UInt64(number) << 57)!
            #expect(choice.backend != failed.backend)
            chooser.closed(choice.slot)
        }
        // It comes back: after a quarter of a second at most clients of its own meet it again.
        var seen: Set<IPSocketAddress> = []
        for number in 0..<100 {
            let choice = chooser.choose(
                from: .cluster, for: Self.client(number), now: 250_000_000,
                random: UInt64(number) << 57)!
            seen.insert(choice.backend)
        }
        #expect(seen.count == 3)
    }

    @Test(
        "When all have failed, the one that failed longest ago is next",
        arguments: Scheduler.allCases)
    func allSuspect(_ scheduler: Scheduler) {
        let backends = Self.backends(1, 1, 1)
        var chooser = BackendChooser(ServicePortState(cluster: backends, scheduler: scheduler))
        var order: [IPSocketAddress] = []
        for now in 1...6 {
            let choice = chooser.choose(
                from: .cluster, for: Self.client(1), now: UInt64(now), random: 0)!
            order.append(choice.backend)
            chooser.failed(choice.slot, now: UInt64(now))
        }
        #expect(Set(order[..<3]).count == 3)
        #expect(order[..<3] == order[3...])
    }

    @Test("Nothing goes to a removed backend, and its connections are still counted")
    func removal() {
        let backends = Self.backends(1, 1)
        var chooser = BackendChooser(ServicePortState(cluster: backends, scheduler: .roundRobin))
        let slots = (0..<2).map {
            chooser.choose(from: .cluster, for: Self.client($0), now: 0, random: 0)!.slot
        }
        let isOneGone = chooser.update(
            ServicePortState(cluster: [backends[1]], scheduler: .roundRobin))
        #expect(isOneGone)
        #expect(slots.map(chooser.isListed) == [false, true])
        #expect(shares(&chooser, 10, of: backends, keepOpen: false) == [0, 10])
        #expect(chooser.loads.map(\.active) == [1, 1])
        chooser.closed(slots[0])
        #expect(chooser.loads.map(\.backend) == [backends[1].socketAddress])
    }

    @Test("Weight 0 and an empty list take no connections")
    func empty() {
        var chooser = BackendChooser(ServicePortState(cluster: Self.backends(0)))
        for list in [BackendList.cluster, .local] {
            let choice = chooser.choose(from: list, for: Self.client(1), now: 0, random: 0)
            #expect(choice == nil)
            #expect(chooser.count(list) == 0)
        }
    }

    @Test("Affinity holds until its timeout after the last connection, and ends with the backend")
    func affinity() {
        let second: UInt64 = 1_000_000_000
        let backends = Self.backends(1, 1, 1)
        let state = ServicePortState(
            cluster: backends, local: [backends[2]], scheduler: .roundRobin, affinityTimeout: 10)
        var chooser = BackendChooser(state)
        func next(at now: UInt64, from list: BackendList = .cluster) -> IPSocketAddress? {
            chooser.choose(from: list, for: Self.client(1), now: now, random: 0)?.backend
        }
        let first = next(at: 0)
        #expect(next(at: 9 * second) == first)
        #expect(next(at: 18 * second) == first)
        #expect(next(at: 28 * second) != first)
        // The other list does not have that backend.
        #expect(next(at: 29 * second, from: .local) == backends[2].socketAddress)
        #expect(next(at: 30 * second) == backends[2].socketAddress)
        var without = state
        without.cluster.removeLast()
        without.local = []
        _ = chooser.update(without)
        let new = next(at: 31 * second)
        #expect(new != backends[2].socketAddress)
        #expect(next(at: 32 * second) == new)
    }
}
