import Addresses
import DataPlanes
import Glibc
import Linux

/// New TCP connections a second from client through node to server: routed alone, through a Service, and through the
/// rules of kube-proxy. Many short rounds in turn, because the machine is never quiet. All that the kernel does for a
/// connection it does on the client's processor, which is the same in each.
struct NewConnections {
    var services: Int
    var peerServices: Int
    private static let rounds = 126
    private static let seconds = 0.1

    private struct Way {
        let name: String
        let lane: Lane
        let client: ConnectingClient
        let server: AcceptingServer
        var rates: [Double] = []
    }

    func run() async throws {
        var ways = [try direct()]
        defer { for way in ways { end(way) } }
        // The planes and what they hold must live until the end.
        var proxies: [KeptProxy] = []
        for count in [1, services] {
            let (way, proxy) = try await pointsman(count)
            ways.append(way)
            proxies.append(proxy)
        }
        for count in [1, peerServices] { ways.append(try kubeProxy(count)) }
        ways.insert(try translated(), at: 1)
        for round in 0..<Self.rounds {
            // Each is first, and behind each other one, as often.
            for step in ways.indices {
                let index = (round + step) % ways.count
                let (client, lane) = (ways[index].client, ways[index].lane)
                let rate = try lane.client.runBlocking { try client.rate(seconds: Self.seconds) }
                ways[index].rates.append(rate)
            }
        }
        report(ways)
        withExtendedLifetime(proxies) {}
    }

    private func end(_ way: Way) {
        way.server.stop()
        way.lane.delete()
    }

    private func way(_ name: String, _ lane: Lane, to targets: [IPSocketAddress]) throws -> Way {
        try lane.forgetSoon()
        return Way(
            name: name, lane: lane, client: ConnectingClient(targets: targets),
            server: try lane.server.runBlocking { try AcceptingServer() })
    }

    private func direct() throws -> Way {
        let lane = try Lane("direct")
        try lane.node.runBlocking {
            try Shell.run(
                """
                nft 'table ip tracked {
                    chain pre { type nat hook prerouting priority -100; }
                    chain post { type nat hook postrouting priority 100; }
                    chain forward { type filter hook forward priority 0; ct state new counter; }
                }'
                """)
        }
        let backends = (0..<LabCluster.endpoints).map {
            IPSocketAddress(LabCluster.address(0, $0), LabCluster.targetPort)
        }
        return try way("direct, tracked", lane, to: backends)
    }

    /// The least that a Service can cost: the kernel translates each packet, by one rule.
    private func translated() throws -> Way {
        let lane = try Lane("translated")
        let backends = (0..<LabCluster.endpoints).map {
            "\($0) : \(LabCluster.address(0, $0)) . \(LabCluster.targetPort)"
        }
        try lane.node.runBlocking {
            try Shell.run(
                """
                nft 'table ip translated {
                    chain pre {
                        type nat hook prerouting priority -100;
                        ip daddr \(LabCluster.clusterIP(0)) tcp dport \(LabCluster.port) \
                dnat ip to numgen random mod \(backends.count) map { \(backends.joined(separator: ", ")) }
                    }
                    chain post { type nat hook postrouting priority 100; }
                }'
                """)
        }
        return try way("one dnat rule", lane, to: [Self.frontend(0)])
    }

    private static func frontend(_ service: Int) -> IPSocketAddress {
        IPSocketAddress(LabCluster.clusterIP(service), LabCluster.port)
    }

    private func pointsman(_ count: Int) async throws -> (Way, KeptProxy) {
        let lane = try Lane("own-\(count)")
        let box = KeptProxy(Proxy(try lane.node.runBlocking { try Proxy.plane() }))
        try await box.start(LabCluster(services: count).objects)
        let way = try way(
            "Pointsman, \(count) Services", lane, to: [Self.frontend(count / 2)])
        return (way, box)
    }

    private func kubeProxy(_ count: Int) throws -> Way {
        let lane = try Lane("peer-\(count)")
        let file = "/tmp/pointsman-benchmark-\(getpid()).nft"
        try FileSystem.write(KubeProxyRules(services: count).text, to: file, creating: true)
        defer { unlink(file) }
        try lane.node.runBlocking { try Shell.run("nft -f \(file)") }
        return try way(
            "kube-proxy's rules, \(count) Services", lane, to: [Self.frontend(count / 2)])
    }

    /// Ratios are taken round by round: what disturbs one way disturbs its neighbours too.
    private func report(_ ways: [Way]) {
        Report.header(
            "new TCP connections", "a second, median", "of direct", "of one dnat rule",
            "of kube-proxy's", "")
        func ratio(_ way: Way, _ other: Way) -> Double {
            zip(way.rates, other.rates).map { $0 / $1 }.median
        }
        for way in ways {
            let isOwn = way.name.hasPrefix("Pointsman")
            let direct = ratio(way, ways[0])
            let peer = ratio(way, ways[ways.count - 1])
            Report.row(
                way.name, Report.number(way.rates.median), Report.number(direct),
                Report.number(ratio(way, ways[1])), Report.number(peer),
                isOwn
                    ? "\(Report.goal(direct, atLeast: 0.95)); \(Report.goal(peer, atLeast: 1))"
                    : "")
        }
    }
}
