import Addresses
import Linux
import Testing
import Wire

@Suite(.enabled(if: mayMakeNamespaces, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct ConntrackTableTests {
    /// Two families, three protocols, several addresses and ports, rewritten or not.
    static let entries: [TrackedConnection] =
        [
            ("10.96.0.10", "10.96.0.11", "10.244.0.5", "10.244.1.11"),
            ("fd00:96::a", "fd00:96::b", "fd00:244::5", "fd00:244:1::11"),
        ].flatMap { a, b, client, backend in
            [a, b].flatMap { address in
                L4Protocol.allCases.flatMap { `protocol` in
                    [Port(53), 54].flatMap { port in
                        [true, false].map { isTranslated in
                            TrackedConnection(
                                `protocol`,
                                IPSocketAddress(IPAddress(client)!, isTranslated ? 4000 : 4001),
                                IPSocketAddress(IPAddress(address)!, port),
                                isTranslated ? IPSocketAddress(IPAddress(backend)!, 5353) : nil)
                        }
                    }
                }
            }
        }

    static let filters: [ConntrackFilter] = IPFamily.allCases.flatMap { family in
        let address = IPAddress(family == .ipv4 ? "10.96.0.10" : "fd00:96::a")!
        let nobody = IPAddress(family == .ipv4 ? "10.96.0.99" : "fd00:96::99")!
        return [ConntrackFilter(family)]
            + L4Protocol.allCases.flatMap { `protocol` in
                [
                    ConntrackFilter(family, `protocol`),
                    ConntrackFilter(family, `protocol`, status: .destinationNAT),
                    ConntrackFilter(family, `protocol`, port: 53),
                    ConntrackFilter(family, `protocol`, to: address),
                    ConntrackFilter(family, `protocol`, to: address, port: 54),
                    ConntrackFilter(
                        family, `protocol`, to: address, port: 53, status: .destinationNAT),
                    ConntrackFilter(family, `protocol`, to: nobody),
                    ConntrackFilter(family, to: address),
                    ConntrackFilter(family, port: 53, status: .destinationNAT),
                ]
            }
    }

    @Test func `Every filter finds exactly what it says`() throws {
        let lab = try NamespaceLab("ct-filters")
        try lab.host.runBlocking {
            var table = try ConntrackTable()
            try Self.entries.insert()
            let all =
                try table.entries(ConntrackFilter(.ipv4)) + table.entries(ConntrackFilter(.ipv6))
            #expect(all.count == Self.entries.count)
            #expect(Set(all.map(TrackedConnection.init)) == Set(Self.entries))
            for entry in all {
                #expect(entry.tcpState == (entry.protocol == .tcp ? .established : nil))
                #expect(entry.sctpState == (entry.protocol == .sctp ? .established : nil))
                #expect(entry.timeout.map { (500...600).contains($0) } == true)
                #expect(entry.id != nil && entry.status.contains(.confirmed))
            }
            for filter in Self.filters {
                let found = try table.entries(filter).map(TrackedConnection.init)
                let expected = all.filter(filter.matches).map(TrackedConnection.init)
                #expect(found.count == expected.count, "\(filter)")
                #expect(Set(found) == Set(expected), "\(filter)")
            }
        }
    }

    @Test(arguments: [
        ConntrackFilter(.ipv4, .udp, to: IPAddress("10.96.0.10"), port: 53),
        ConntrackFilter(.ipv4, .tcp, status: .destinationNAT),
        ConntrackFilter(.ipv6, .udp, port: 54),
    ])
    func `The kernel itself leaves out what the filter does not mean`(
        filter: ConntrackFilter
    ) throws {
        let lab = try NamespaceLab("ct-kernel")
        try lab.host.runBlocking {
            try Self.entries.insert()
            var socket = try NetlinkSocket(.netfilter)
            var told: [ConntrackEntry] = []
            let isConsistent = try socket.stream(
                .getConntrackEntry, filter.dump, operation: "list"
            ) { (message: ConntrackMessage) in
                ConntrackEntry(message).map { told.append($0) }
            }
            #expect(isConsistent)
            #expect(!told.isEmpty)
            #expect(told.allSatisfy(filter.matches))
        }
    }

    @Test func `What is unwanted is deleted, exactly`() throws {
        let lab = try NamespaceLab("ct-delete")
        try lab.host.runBlocking {
            var table = try ConntrackTable()
            try Self.entries.insert()
            var left = Set(Self.entries)
            for filter in Self.filters.reversed() {
                let deleted = try table.delete(matching: filter) { $0.isTranslated }
                let gone = left.filter { filter.matches($0.entry) && $0.target != nil }
                #expect(deleted == gone.count, "\(filter)")
                left.subtract(gone)
                let found =
                    try table.entries(ConntrackFilter(.ipv4))
                    + table.entries(ConntrackFilter(.ipv6))
                #expect(Set(found.map(TrackedConnection.init)) == left, "\(filter)")
            }
            #expect(left.count == Self.entries.count / 2)
        }
    }

    @Test func `Of thousands the right ones go, and none is met twice`() throws {
        let lab = try NamespaceLab("ct-many")
        try lab.host.runBlocking {
            var table = try ConntrackTable()
            let frontend = IPSocketAddress("10.96.0.10:53")!
            try (0..<3000).map { number in
                TrackedConnection(
                    .udp, IPSocketAddress(IPAddress("10.244.0.5")!, Port(10_000 + number)),
                    frontend, IPSocketAddress(number % 3 == 0 ? "10.244.1.1:5" : "10.244.1.2:5")!)
            }.insert()
            let filter = ConntrackFilter(.ipv4, .udp, to: frontend.address, port: 53)
            let count = try table.reduce(into: 0, matching: filter) { count, _ in count += 1 }
            #expect(count == 3000)
            let gone = IPSocketAddress("10.244.1.1:5")!
            #expect(try table.delete(matching: filter) { $0.replySource == gone } == 1000)
            let rest = try table.entries(filter)
            #expect(rest.count == 2000)
            #expect(!rest.contains { $0.replySource == gone })
        }
    }

    @Test func `What is gone already is no error, and its successor stays`() throws {
        let lab = try NamespaceLab("ct-gone")
        try lab.host.runBlocking {
            var table = try ConntrackTable()
            try [Self.entries[0]].insert()
            let old = try table.entries(ConntrackFilter(.ipv4))
            #expect(old.count == 1)
            #expect(try table.delete(old + old) == 1)
            #expect(try table.delete(old) == 0)
            try [Self.entries[0]].insert()
            var successor = try #require(try table.entries(ConntrackFilter(.ipv4)).first)
            successor.id = successor.id.map { $0 &+ 1 }
            #expect(try table.delete([successor]) == 0)
            #expect(try table.entries(ConntrackFilter(.ipv4)).count == 1)
        }
    }

    @Test func `Entries of another zone are found and deleted there`() throws {
        let lab = try NamespaceLab("ct-zone")
        try lab.host.runBlocking {
            var table = try ConntrackTable()
            try [Self.entries[0]].insert(zone: 5)
            try [Self.entries[0]].insert()
            let found = try table.entries(ConntrackFilter(.ipv4))
            #expect(Set(found.map(\.zone)) == [0, 5])
            #expect(try table.delete(found.filter { $0.zone == 5 }) == 1)
            #expect(try table.entries(ConntrackFilter(.ipv4)).map(\.zone) == [0])
        }
    }

    @Test func `A refusal carries errno, and the next request works`() throws {
        let lab = try NamespaceLab("ct-refusal")
        try lab.host.runBlocking {
            var socket = try NetlinkSocket(.netfilter)
            let incomplete = ConntrackMessage()
            let whole = Self.entries[0].entry.deletion
            var partial = whole
            partial.original?.source = nil
            #expect(throws: NetlinkError.self) {
                try socket.requests(
                    .newConntrackEntry, [incomplete], settled: [], operation: "new")
            }
            let error = #expect(throws: NetlinkError.self) {
                try socket.requests(
                    .deleteConntrackEntry, [whole, partial, whole], settled: [.noSuchEntry],
                    operation: "delete")
            }
            #expect(error?.errno == .invalidArgument)
            let done = try socket.requests(
                .deleteConntrackEntry, [whole, whole], settled: [.noSuchEntry],
                operation: "delete")
            #expect(done == 0)
        }
    }

    @Test func `What goes wrong in the middle of a list does not spoil the next list`() throws {
        let lab = try NamespaceLab("ct-middle")
        try lab.host.runBlocking {
            try Self.entries.insert()
            var socket = try NetlinkSocket(.netfilter)
            var met = 0
            let error = #expect(throws: NetlinkError.self) {
                _ = try socket.stream(
                    .getConntrackEntry, ConntrackFilter(.ipv4).dump, operation: "list"
                ) { (_: ConntrackMessage) throws(NetlinkError) in
                    met += 1
                    throw NetlinkError.refused(operation: "x", .noMemory, reason: nil)
                }
            }
            #expect(error?.errno == .noMemory && met == 1)
            _ = try socket.stream(
                .getConntrackEntry, ConntrackFilter(.ipv4).dump, operation: "list"
            ) { (_: ConntrackMessage) in met += 1 }
            #expect(met == 1 + Self.entries.count / 2)
        }
    }
}
