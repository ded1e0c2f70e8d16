import APIClient
import Linux
import ServerProcess
import TestSupport

/// Load on all routes, while endpoints change and the process is killed; then what must be true.
struct Failover {
    var options: ServerProcess.Options
    var rate: Int
    var changes: Int
    var kills: Int
    let findings: Findings

    private static let pace = Duration.milliseconds(50)
    /// Long enough for what was written to be in force: after it, every connection is judged by one set.
    private static let quiet = Duration.nanoseconds(Int64(EndpointHistory.grace)) + .seconds(1)
    private static let changesBetweenQuiets = 100

    /// Throws where it cannot be run at all; what is wrong is in `findings`.
    func run(seed: UInt64) async throws {
        let network = try FailoverNetwork()
        defer { network.remove() }
        let serving = Phase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await network.servers.run { try EchoServer().run(serving) }
            }
            // However it ends, the servers end with it.
            defer { serving.end() }
            try await load(network, seed: seed)
        }
    }

    private func load(_ network: FailoverNetwork, seed: UInt64) async throws {
        var server = try await ServerProcess.start(options)
        let client = try APIClient(server.kubeconfig)
        let spread = EndpointWriter(service: .spread, client: client)
        let sticky = EndpointWriter(service: .sticky, client: client)
        for writer in [spread, sticky] { try await writer.create() }
        try await network.client.run { try DatagramFlow.awaitAnswers(of: [.spread, .sticky]) }

        let load = Load(
            network: network, findings: findings,
            histories: { $0.hasAffinity ? sticky.history : spread.history })
        let (flows, phase) = (DatagramFlows(findings), Phase())
        async let loading: Void = load.run(rate: rate, flows, phase)
        do {
            var rng = SplitMix64(seed: seed)
            try await disturb(&server, [spread, sticky], &rng)
            let last = Self.lastSet(without: flows.backends, &rng)
            try await spread.write(last)
            findings.changed()
            try await Task.sleep(for: Self.quiet)
            flows.judge(by: last)
            phase.end()
        } catch {
            // Nothing is judged any more; the threads end.
            flows.judge(by: Set(Cluster.backends.indices))
            phase.end()
            throw error
        }
        try await loading
        try await server.stop()
    }

    /// All changes but the last, and all kills.
    private func disturb(
        _ server: inout ServerProcess, _ writers: [EndpointWriter], _ rng: inout SplitMix64
    ) async throws {
        let killing = Set((1..<max(changes, 2)).shuffled(using: &rng).prefix(kills))
        for number in 1..<max(changes, 2) {
            // Affinity is judged by what stays: its endpoints change less often.
            let writer = number % 8 == 0 ? writers[1] : writers[0]
            let backends = Self.randomSet(&rng)
            if killing.contains(number) {
                let delay = Duration.microseconds(Int.random(in: 0...30_000, using: &rng))
                async let change: Void = writer.write(backends)
                try await Task.sleep(for: delay)
                try await restart(&server, writers)
                try await change
                findings.changed()
                try await Task.sleep(for: Self.quiet)
            } else {
                try await writer.write(backends)
                findings.changed()
            }
            let isQuiet = number % Self.changesBetweenQuiets == 0
            try await Task.sleep(for: isQuiet ? Self.quiet : Self.pace)
        }
    }

    /// SIGKILL, then a new start on the same data.
    private func restart(
        _ server: inout ServerProcess, _ writers: [EndpointWriter]
    ) async throws {
        for writer in writers { writer.history.goDown(at: MonotonicTime.nanoseconds) }
        findings.note("SIGKILL")
        try await server.kill()
        findings.killed()
        server = try await ServerProcess.start(options)
        findings.note("ready again")
        for writer in writers { writer.history.comeUp(at: MonotonicTime.nanoseconds) }
    }

    private static func randomSet(_ rng: inout SplitMix64) -> Set<Int> {
        let bits = Int.random(in: 1..<(1 << Cluster.backends.count), using: &rng)
        return Set(Cluster.backends.indices.filter { bits & (1 << $0) != 0 })
    }

    /// A set that some of the UDP flows have to move to: without one of the backends that they are at.
    private static func lastSet(without taken: Set<Int>, _ rng: inout SplitMix64) -> Set<Int> {
        var set = randomSet(&rng)
        guard let gone = taken.min() else { return set }
        set.remove(gone)
        return set.isEmpty ? Set(Cluster.backends.indices).subtracting([gone]) : set
    }
}
