/// Runs cases one after the other, each on a server as it asks for; a server serves case after case as long as it
/// is left clean.
final class Runner {
    private let binary: String
    private var cluster: Cluster?

    init(binary: String) { self.binary = binary }

    func run(_ cases: [(id: String, test: any ExecutableCase)], _ report: inout Report) async {
        // Cases of one kind of server stand together, in the order of the file.
        var order: [ServerSettings] = []
        for (_, test) in cases where !order.contains(test.settings) { order.append(test.settings) }
        for settings in order {
            for (id, test) in cases where test.settings == settings {
                report.add(id, await outcome(test))
            }
        }
    }

    /// Ends the last server.
    func end() async {
        await cluster?.stop()
        cluster = nil
    }

    private func outcome(_ test: any ExecutableCase) async -> Outcome {
        do {
            let cluster = try await server(test.settings)
            let outcome = await Outcome.of { try await test.run(on: cluster) }
            let isClean = await cluster.cleanUp()
            if !isClean || cluster.isChanged { await end() }
            return outcome
        } catch {
            await end()
            return .failed("\(error)")
        }
    }

    private func server(_ settings: ServerSettings) async throws -> Cluster {
        if let cluster, cluster.settings == settings { return cluster }
        await end()
        let cluster = try await Cluster(settings, binary: binary)
        self.cluster = cluster
        return cluster
    }
}
