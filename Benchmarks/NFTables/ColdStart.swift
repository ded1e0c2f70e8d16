import DataPlanes
import Glibc
import LoadBalancing

/// From objects in memory to rules in the kernel, beside `nft -f` of the same rules; and a restart over them.
struct ColdStart {
    var services: Int
    /// All endpoints are on this node; otherwise on many.
    var isOneNode = false
    /// Beyond this many, `nft` takes minutes.
    private static let mostForNFT = 10_000

    func run() async throws {
        Report.header(
            "cold start, \(services) Services x \(LabCluster.endpoints) "
                + (isOneNode ? "on this node" : "on \(LabCluster.nodes) nodes"), "seconds",
            "CPU seconds", "")
        let objects = LabCluster(services: services, isOneNode: isOneNode).objects
        // The rules of the last size are gone with the namespace's; none were made here before.
        try Shell.run("nft flush ruleset")
        var proxy = Proxy(try Proxy.plane())
        let start = Usage.now
        proxy.take(objects)
        _ = proxy.compile()
        let compiled = Usage.now
        try await proxy.applyAll()
        let applied = Usage.now - compiled
        let whole = Usage.now - start
        let goal = services == 10_000 ? 0.5 : services == 100_000 ? 6 : nil
        Report.row(
            "objects → rules in force", Report.number(whole.wall), Report.number(whole.cpu),
            goal.map { Report.goal(whole.wall, atMost: $0, " s") } ?? "")
        row("· state and table", compiled - start)
        row("· render, encode, commit", applied)
        Report.row("· · in the process", "", Report.number(applied.user), "")
        Report.row("· · in the kernel", "", Report.number(applied.system), "")
        try await restart(proxy)
        // While somebody listens to nf_tables, `nft` has to tell of each element.
        _ = consume proxy
        try await Task.sleep(for: .seconds(1))
        if services <= Self.mostForNFT { try peer(whole.wall) }
        try Shell.run("nft flush ruleset")
    }

    private func row(_ what: String, _ usage: Usage, _ more: String = "") {
        Report.row(what, Report.number(usage.wall), Report.number(usage.cpu), more)
    }

    private func restart(_ proxy: borrowing Proxy) async throws {
        let plane = try Proxy.plane()
        let start = Usage.now
        try await proxy.restart(plane)
        row("restart: all is there and compared", Usage.now - start)
    }

    private func peer(_ own: Double) throws {
        let file = "/tmp/pointsman-benchmark-\(getpid()).nft"
        try Shell.run("nft list ruleset > \(file)")
        try Shell.run("nft flush ruleset")
        let start = Usage.now
        try Shell.run("nft -f \(file)")
        let time = (Usage.now - start).wall
        unlink(file)
        Report.row(
            "peer: nft -f of the same ruleset", Report.number(time), "",
            "ratio \(Report.number(own / time))")
    }
}
