import Linux

/// Everything that uses the Services: a thread for each route, one for the long connections, one for the UDP flows.
struct Load: Sendable {
    let network: FailoverNetwork
    let findings: Findings
    let histories: @Sendable (Cluster.Service) -> EndpointHistory

    /// Runs until the phase is over and the UDP flows are judged.
    func run(rate: Int, _ flows: DatagramFlows, _ phase: Phase) async throws {
        let findings = findings
        findings.loadStarted()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await network.client.run { try flows.run() } }
            group.addTask {
                try await network.client.run {
                    let long = try LongConnections(findings)
                    try long.run(phase)
                }
            }
            for route in Route.all(rate: rate) {
                group.addTask { try await call(route, phase) }
            }
            try await group.waitForAll()
        }
        findings.loadEnded()
    }

    private func call(_ route: Route, _ phase: Phase) async throws {
        let (findings, history) = (findings, histories(route.service))
        let work: @Sendable () throws -> Void = {
            let caller = try Caller(route, history, findings)
            try caller.run(phase)
        }
        if route.isFromNode {
            try await ThreadWork.run(named: "caller", work)
        } else {
            try await network.client.run(work)
        }
    }
}
