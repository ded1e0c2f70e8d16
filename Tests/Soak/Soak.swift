import APIClient
import KubeAPI
import ServerProcess
import TestSupport
import Watching

/// Random clients and watchers against a server that is killed every few seconds; then what must be true.
struct Soak {
    var options: ServerProcess.Options
    var seconds: Int
    var clients: Int
    var seed: UInt64
    let findings = Findings()

    private static let watched: [Resource] = [
        .services, .endpointSlices, .endpoints, .leases, .pods, .events,
    ]

    /// Throws where it cannot be run at all; what is wrong with the server is in `findings`.
    func run() async throws {
        let target = try await Target(options)
        try await prepare(target)
        // A third of the time is for the process that is not killed: what grows is seen there.
        try await killing(target, seconds: seconds * 2 / 3)
        try await growing(target, seconds: seconds / 3)
        try await target.stop()
    }

    private func prepare(_ target: Target) async throws {
        let client = try APIClient(target.kubeconfig)
        for index in 0..<RandomClient.shared {
            let name = RandomClient.sharedKey(index).name
            let service: JSON = [
                "kind": "Service", "apiVersion": "v1",
                "metadata": ["name": .string(name.name), "namespace": .string(name.namespace)],
                "spec": ["ports": [["port": 80]]],
            ]
            _ = try await client.create(.services, service)
        }
    }

    // MARK: With kills

    private func killing(_ target: Target, seconds: Int) async throws {
        let views = (0..<clients).map {
            View(Self.watched[$0 % Self.watched.count], target, findings)
        }
        let watching = views.map { view in Task { await view.run() } }
        let phase = Phase()
        let working = try workers(target, phase)
        var rng = SplitMix64(seed: seed)
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 1500...5000, using: &rng)))
            try await target.restart()
            findings.count("SIGKILL")
        }
        phase.end()
        var done: [RandomClient] = []
        for worker in working { done.append(await worker.value) }
        let verdict = Verdict(target: target, findings: findings)
        try await verdict.check(views)
        for task in watching { task.cancel() }
        try await verdict.check(done)
        // Once more from the medium alone.
        try await target.restart()
        try await verdict.check(done)
        try await PoolProbe(client: try APIClient(target.kubeconfig), findings: findings).run()
    }

    private func workers(
        _ target: Target, _ phase: Phase
    ) throws -> [Task<RandomClient, Never>] {
        try (0..<clients).map { number in
            let made = try RandomClient(number, seed: seed, target, findings)
            return Task {
                var client = made
                await client.run(phase)
                return client
            }
        }
    }

    // MARK: Without kills

    /// Rounds of the same load on one process: when all clients are gone and their objects deleted, descriptors are as
    /// before and memory does not grow from round to round.
    private func growing(_ target: Target, seconds: Int) async throws {
        try await clear(target)
        let growth = Growth(target: target, findings: findings)
        try await growth.settle()
        let rounds = 3
        for round in 0..<rounds {
            try await self.round(target, seconds: max(3, seconds / rounds))
            try await clear(target)
            try await growth.note(round: round)
        }
        growth.judge()
    }

    private func round(_ target: Target, seconds: Int) async throws {
        let views = (0..<clients).map {
            View(Self.watched[$0 % Self.watched.count], target, findings)
        }
        let watching = views.map { view in Task { await view.run() } }
        let phase = Phase()
        let working = try workers(target, phase)
        try await Task.sleep(for: .seconds(seconds))
        phase.end()
        var done: [RandomClient] = []
        for worker in working { done.append(await worker.value) }
        let verdict = Verdict(target: target, findings: findings)
        try await verdict.check(views)
        try await verdict.check(done)
        for task in watching { task.cancel() }
        for task in watching { await task.value }
    }

    /// Deletes what the clients have made.
    private func clear(_ target: Target) async throws {
        let client = try APIClient(target.kubeconfig)
        for resource in Set(RandomObjects.resources) {
            for item in try await client.list(resource, ListOptions()).items {
                let meta = ObjectMeta(json: try item.json()["metadata"] ?? [:])
                guard meta.annotations[Ledger.token] != nil else { continue }
                do throws(Status) {
                    try await client.delete(resource, meta.objectName)
                } catch {
                    if error.reason != .notFound { throw error }
                }
            }
        }
    }
}
