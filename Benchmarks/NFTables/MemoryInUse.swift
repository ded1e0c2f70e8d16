import DataPlanes
import KubeAPI
import LoadBalancing

/// Resident memory of a process that holds the objects, the table and the data plane.
struct MemoryInUse {
    var services: Int
    var changes: Int
    private static let goal = 120.0

    func run() async throws {
        Report.header("memory, \(services) Services x \(LabCluster.endpoints)", "resident MB", "")
        row("before anything")
        var proxy = Proxy(try Proxy.plane())
        for index in 0..<services {
            proxy.take([.service(LabCluster.service(index)), .slice(LabCluster.slice(index))])
        }
        row("objects alone")
        _ = proxy.compile()
        row("and the table")
        try await proxy.applyAll()
        row("in force", Self.goal)
        for turn in 0..<changes {
            let service = turn / 2 * 7919 % services
            var slice = LabCluster.slice(service)
            if turn % 2 == 0 { slice.endpoints[3].ready = false }
            try await proxy.follow(.slice(slice))
        }
        row("after \(changes) changes", Self.goal)
        try Shell.run("nft flush ruleset")
    }

    private func row(_ what: String, _ goal: Double? = nil) {
        let memory = Usage.residentMemory
        Report.row(
            what, Report.number(memory),
            goal.map { Report.goal(memory, atMost: $0, " MB") } ?? "")
    }
}
