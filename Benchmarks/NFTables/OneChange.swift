import DataPlanes
import KubeAPI
import LoadBalancing

/// One endpoint becomes another, or is ready no more, many times: from the EndpointSlice in hand to the rules in force.
struct OneChange {
    var services: Int
    var count: Int

    func run() async throws {
        try Shell.run("nft flush ruleset")
        var proxy = Proxy(try Proxy.plane())
        proxy.take(LabCluster(services: services).objects)
        _ = proxy.compile()
        try await proxy.applyAll()
        Report.header(
            "one change, \(services) Services x \(LabCluster.endpoints)", "p50 ms", "p99 ms",
            "max ms", "CPU ms a change", "in the kernel", "")
        try await measure("an endpoint has another address", &proxy) { replaced(&$0, $1) }
        try await measure("an endpoint is ready no more", &proxy) { slice, _ in
            slice.endpoints[3].ready = false
        }
        try Shell.run("nft flush ruleset")
    }

    private func replaced(_ slice: inout EndpointSlice, _ service: Int) {
        slice.endpoints[2] = LabCluster.endpoint(
            LabCluster.address(service, 2, turn: 1), pod: "pod-\(service)-2-new")
    }

    private func measure(
        _ what: String, _ proxy: inout Proxy, _ change: (inout EndpointSlice, Int) -> Void
    ) async throws {
        var times: [Double] = []
        let start = Usage.now
        for turn in 0..<count {
            // 7919 is prime: all Services have their turn, first forth, then back.
            let service = turn / 2 * 7919 % services
            var slice = LabCluster.slice(service)
            if turn % 2 == 0 { change(&slice, service) }
            let begin = Usage.now
            try await proxy.follow(.slice(slice))
            times.append((Usage.now.wall - begin.wall) * 1000)
        }
        let used = Usage.now - start
        let p99 = times.percentile(0.99)
        let cpu = used.cpu * 1000 / Double(count)
        Report.row(
            what, Report.number(times.median), Report.number(p99),
            Report.number(times.max() ?? 0), Report.number(cpu),
            Report.number(used.system * 1000 / Double(count)),
            "p99 " + Report.goal(p99, atMost: 1, " ms") + "; CPU "
                + Report.goal(cpu, atMost: 1, " ms"))
    }
}
