import Addresses
import LoadBalancing
import TestSupport
import Testing
import Wire

@testable import DataPlanes

@Suite("nftables in a fake kernel: session affinity")
struct AffinityTests {
    typealias OneService = SchedulerShareTests.OneService

    private static let families: [IPFamily] = [.ipv4, .ipv6]

    private func service(
        _ family: IPFamily, backends: Int = 8, timeout: UInt32? = 10,
        _ scheduler: Scheduler = .random
    ) throws -> OneService {
        try OneService(family, state(family, backends: 0..<backends, timeout, scheduler))
    }

    private func state(
        _ family: IPFamily, backends: Range<Int>, _ timeout: UInt32? = 10,
        _ scheduler: Scheduler = .random
    ) -> ServicePortState {
        let all = SchedulerShareTests.backends(
            family, Array(repeating: 1, count: backends.upperBound))
        return ServicePortState(
            cluster: Array(all[backends.lowerBound...]), scheduler: scheduler,
            affinityTimeout: timeout)
    }

    @Test(
        "within the timeout a client meets one backend, whatever the scheduler; clients are independent",
        arguments: families, Scheduler.allCases)
    func stays(family: IPFamily, scheduler: Scheduler) throws {
        var service = try service(family, scheduler)
        let first = try service.backends(of: 0..<40)
        #expect(Set(first).count > 3)
        for _ in 0..<5 {
            service.scene.link.kernel.now += 9_000
            for client in 0..<40 as Range<UInt64> {
                #expect(try service.connect(client) == first[Int(client)])
            }
        }
    }

    @Test(
        "each connection renews the timeout; after it the backend is chosen anew",
        arguments: families)
    func ends(family: IPFamily) throws {
        var service = try service(family)
        let first = try service.backends(of: 0..<40)
        service.scene.link.kernel.now += 9_999
        for client in 0..<20 as Range<UInt64> {
            #expect(try service.connect(client) == first[Int(client)])
        }
        service.scene.link.kernel.now += 9_999
        for client in 0..<20 as Range<UInt64> {
            #expect(try service.connect(client) == first[Int(client)])
        }
        // The others have not been here for 20 seconds.
        let others = try service.backends(of: 20..<40)
        #expect(others != Array(first[20...]))
    }

    @Test("all addresses of a ServicePort lead a client to one backend", arguments: families)
    func addresses(family: IPFamily) throws {
        var service = try service(family)
        var next = service.table
        let external = try #require(
            IPAddress(family == .ipv4 ? "198.18.0.1" : "2001:db8:2::1"))
        let host = try #require(RandomTable.localAddresses.filter { $0.family == family }.min())
        next.nodeAddresses = [host]
        next.frontends[FrontendAddress(.address(external), 443, .tcp)] = Frontend(
            .externalIP, service.name, masquerade: .always)
        next.frontends[FrontendAddress(.node(family), 30080, .tcp)] = Frontend(
            .nodePort, service.name, masquerade: .always)
        try service.scene.apply(next, next.changes(since: service.table))
        for client in 0..<30 as Range<UInt64> {
            let packet = service.packet(client)
            let ways = [
                packet, Packet(from: packet.source, to: external, .tcp, 443),
                Packet(from: packet.source, to: host, .tcp, 30080),
            ].shuffled()
            let backends = ways.map { service.backend(service.scene.link.kernel.connect($0)) }
            #expect(backends.count { $0 == nil } == 0)
            #expect(Set(backends).count == 1, "client \(client)")
        }
    }

    @Test("the Pods' list and the external one are remembered apart", arguments: families)
    func twoLists(family: IPFamily) throws {
        var service = try service(family)
        var state = state(family, backends: 0..<8)
        state.local = [state.cluster[0]]
        let external = try #require(
            IPAddress(family == .ipv4 ? "198.18.0.1" : "2001:db8:2::1"))
        var next = service.table
        next.servicePorts[service.name] = state
        next.frontends[FrontendAddress(.address(external), 443, .tcp)] = Frontend(
            .externalIP, service.name, externalList: .local, whenExternalEmpty: .drop)
        try service.scene.apply(next, next.changes(since: service.table))
        for client in 0..<20 as Range<UInt64> {
            // Over the ClusterIP to any backend; over the external address to the local one alone.
            let cluster = try service.connect(client)
            let packet = Packet(from: service.packet(client).source, to: external, .tcp, 443)
            for _ in 0..<3 {
                let local = service.backend(service.scene.link.kernel.connect(packet))
                #expect(local == state.local[0].socketAddress)
                #expect(try service.connect(client) == cluster)
            }
        }
    }

    @Test(
        "clients of local backends keep theirs when another node gets the first other one",
        arguments: families)
    func firstElsewhere(family: IPFamily) throws {
        var service = try service(family)
        let external = try #require(
            IPAddress(family == .ipv4 ? "198.18.0.1" : "2001:db8:2::1"))
        var next = service.table
        var last = next
        next.frontends[FrontendAddress(.address(external), 443, .tcp)] = Frontend(
            .externalIP, service.name, externalList: .local, whenExternalEmpty: .drop)
        func connect(_ client: UInt64) -> IPSocketAddress? {
            let packet = Packet(from: service.packet(client).source, to: external, .tcp, 443)
            return service.backend(service.scene.link.kernel.connect(packet))
        }
        var first: [IPSocketAddress?] = []
        for isFirst in [true, false, true] {
            var state = state(family, backends: 0..<(isFirst ? 8 : 9))
            state.local = Array(state.cluster[..<8])
            next.servicePorts[service.name] = state
            try service.scene.apply(next, next.changes(since: last))
            last = next
            let met = (0..<30 as Range<UInt64>).map(connect)
            if first.isEmpty { first = met }
            #expect(met == first)
        }
        #expect(Set(first).count > 3)
    }

    @Test(
        "a backend that is gone is never met again; clients of others stay",
        arguments: families, 0..<10 as Range<UInt64>)
    func gone(family: IPFamily, seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        var service = try service(family)
        var known: [UInt64: IPSocketAddress] = [:]
        for _ in 0..<30 {
            let range = Int.random(in: 0...3, using: &rng)..<Int.random(in: 4...9, using: &rng)
            let state = state(family, backends: range)
            try service.set(state)
            let listed = Set(state.cluster.map(\.socketAddress))
            for client in 0..<15 as Range<UInt64> {
                let backend = try service.connect(client)
                #expect(listed.contains(backend))
                if let before = known[client], listed.contains(before) {
                    #expect(backend == before)
                }
                known[client] = backend
            }
        }
    }

    @Test(
        "what a packet that was on its way teaches meanwhile is forgotten, too",
        arguments: families)
    func onItsWay(family: IPFamily) throws {
        var service = try service(family, backends: 2)
        let gone = SchedulerShareTests.backends(family, [1, 1])[1].socketAddress
        // They have been translated to both backends, and are not yet out when the second one goes.
        var flights = (0..<20 as Range<UInt64>).map { client in
            service.scene.link.kernel.arrive(service.packet(client))
        }
        service.scene.link.afterCommit = { kernel in
            while var flight = flights.popLast() {
                kernel.leave(&flight)
                if flights.count % 5 == 0 { break }
            }
        }
        try service.set(state(family, backends: 0..<1))
        #expect(flights.isEmpty)
        for client in 0..<20 as Range<UInt64> { #expect(try service.connect(client) != gone) }
    }

    @Test(
        "what a packet teaches that was held up for longer is forgotten by a later look",
        arguments: families)
    func heldUp(family: IPFamily) throws {
        var service = try service(family, backends: 2)
        let gone = SchedulerShareTests.backends(family, [1, 1])[1].socketAddress
        var flights = (0..<20 as Range<UInt64>).map { client in
            service.scene.link.kernel.arrive(service.packet(client))
        }
        try service.set(state(family, backends: 0..<1))
        #expect(service.scene.table.mayRememberGone)
        for index in flights.indices { service.scene.link.kernel.leave(&flights[index]) }
        var misled = 0
        var copy = service
        for client in 0..<20 as Range<UInt64> where try copy.connect(client) == gone { misled += 1 }
        #expect(misled > 0)
        let taken = service.scene.table.takeLaterLook()
        var memory = try #require(taken)
        let stale = try memory.stale(&service.scene.link)
        try memory.forget(#require(stale), &service.scene.link)
        let left = try memory.stale(&service.scene.link)
        #expect(left == nil)
        // It may have been late already: there is a second one.
        #expect(service.scene.table.takeLaterLook() != nil)
        #expect(service.scene.table.takeLaterLook() == nil)
        #expect(!service.scene.table.mayRememberGone)
        for client in 0..<20 as Range<UInt64> { #expect(try service.connect(client) != gone) }
    }

    @Test("a Service that loses its affinity loses its clients' memory", arguments: families)
    func switchedOff(family: IPFamily) throws {
        var service = try service(family)
        for client in 0..<20 as Range<UInt64> { _ = try service.connect(client) }
        try service.set(state(family, backends: 0..<8, nil))
        var met: Set<IPSocketAddress> = []
        for _ in 0..<60 { met.insert(try service.connect(0)) }
        #expect(met.count > 4)
        let sets: [SetName] =
            family == .ipv4 ? [.affinity] : [.affinityAddresses, .affinityPorts]
        for set in sets {
            let request = NFTables.ListRequest(
                .element, family, table: NFTablesLayout.table, set: set.text)
            #expect(service.scene.link.kernel.list(request).isEmpty)
        }
    }

    @Test("a restart keeps what clients are used to, and forgets what is gone", arguments: families)
    func restart(family: IPFamily) throws {
        var service = try service(family)
        let before = try service.backends(of: 0..<30)
        service.scene.table = FamilyTable(family)
        try service.scene.apply(service.table, ServiceTable.Changes())
        for client in 0..<30 as Range<UInt64> {
            #expect(try service.connect(client) == before[Int(client)])
        }
        // While nobody looks, a backend goes.
        service.scene.table = FamilyTable(family)
        try service.set(state(family, backends: 1..<8))
        let gone = SchedulerShareTests.backends(family, [1])[0].socketAddress
        for client in 0..<30 as Range<UInt64> {
            let backend = try service.connect(client)
            #expect(backend != gone)
            if before[Int(client)] != gone { #expect(backend == before[Int(client)]) }
        }
    }

    @Test(
        "a table that must be made anew is so in one transaction, and clients keep their backends",
        arguments: families)
    func replacement(family: IPFamily) throws {
        var service = try service(family)
        let before = try service.backends(of: 0..<30)
        // A base chain of another policy is not changed into ours.
        var edit = NFTables.Batch(family, table: NFTablesLayout.table)
        var chain = try #require(try KernelTable(family, &service.scene.link).chains["pre"])
        chain.hook?.policy = .drop
        edit.add(chain)
        try service.scene.link.commit(edit)
        service.scene.table = FamilyTable(family)
        let generation = service.scene.link.kernel.generation
        try service.scene.apply(service.table, ServiceTable.Changes())
        #expect(service.scene.link.kernel.generation == generation + 1)
        let found = try KernelTable(family, &service.scene.link)
        #expect(found.chains["pre"]?.hook?.policy != .drop)
        #expect(try service.backends(of: 0..<30) == before)
    }
}
