import Addresses
import DataPlanes
import Glibc
import KubeAPI
import Linux
import LoadBalancing
import Synchronization

/// How evenly open connections are spread over ten backends, one of which is five times slower: by least
/// connections, and at random beside it.
struct BusiestBackend {
    var seconds: Int
    private static let warmUp = 30
    private static let backends = 10
    /// So many new connections a second make more than two hundred open ones a backend where they are spread evenly.
    private static let rate = 560.0

    private struct Side {
        let name: String
        let lane: Lane
        let server: HoldingServer
        let clients: ArrivingClients
        let proxy: KeptProxy
        var samples: [[Int]] = []
    }

    func run() async throws {
        var sides: [Side] = []
        defer { for side in sides { side.lane.delete() } }
        for scheduler in ["least-connections", "random"] { sides.append(try await side(scheduler)) }
        try await Task.sleep(for: .seconds(Self.warmUp))
        let before = Usage.cpu(ofThreads: "nftables")
        for _ in 0..<seconds * 4 {
            try await Task.sleep(for: .milliseconds(250))
            for index in sides.indices { sides[index].samples.append(counts(sides[index])) }
        }
        let used = Usage.cpu(ofThreads: "nftables") - before
        report(sides, used)
    }

    private func counts(_ side: Side) -> [Int] {
        side.server.counts.withLock { counts in
            (0..<Self.backends).map { counts[LabCluster.address(0, $0)] ?? 0 }
        }
    }

    private func side(_ scheduler: String) async throws -> Side {
        let lane = try Lane(scheduler)
        let proxy = KeptProxy(Proxy(try lane.node.runBlocking { try Proxy.plane() }))
        let endpoints = (0..<Self.backends).map {
            LabCluster.endpoint(LabCluster.address(0, $0), pod: "pod-\($0)")
        }
        try await proxy.start([
            .service(
                LabCluster.service(0, annotations: [Scheduler.annotation: scheduler])),
            .slice(LabCluster.slice(0, endpoints: endpoints)),
        ])
        let target = IPSocketAddress(LabCluster.clusterIP(0), LabCluster.port)
        let server = try lane.server.runBlocking {
            try HoldingServer(HoldingServer.Lengths(slow: LabCluster.address(0, 0)))
        }
        let clients = try lane.client.runBlocking {
            try ArrivingClients(to: target, perSecond: Self.rate)
        }
        return Side(
            name: scheduler, lane: lane, server: server, clients: clients, proxy: proxy)
    }

    private func report(_ sides: [Side], _ used: Double) {
        Report.header(
            "open connections, \(seconds) s", "mean of a backend", "busiest of each moment / mean",
            "busiest backend's average / mean", "")
        for side in sides {
            let means = side.samples.map { Double($0.reduce(0, +)) / Double(Self.backends) }
            let peaks = zip(side.samples, means).map { Double($0.max() ?? 0) / $1 }
            let mean = means.reduce(0, +) / Double(means.count)
            let averages = (0..<Self.backends).map { backend in
                side.samples.reduce(0.0) { $0 + Double($1[backend]) } / Double(side.samples.count)
            }
            let ratio = peaks.reduce(0, +) / Double(peaks.count)
            Report.row(
                side.name, Report.number(mean), Report.number(ratio),
                Report.number((averages.max() ?? 0) / mean),
                side.name == "random" ? "" : Report.goal(ratio, atMost: 1.15, ""))
            side.server.stop()
            let refused = side.clients.stop()
            if refused > 0 { print("\(side.name): \(refused) connections could not be opened") }
        }
        print(
            "re-tuned every \(NFTablesDataPlane.tuningInterval); "
                + "\(Report.number(used / Double(seconds) * 100)) % of a core")
    }
}
