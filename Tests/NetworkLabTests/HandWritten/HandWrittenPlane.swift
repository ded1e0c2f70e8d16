import DataPlanes
import Linux
import LoadBalancing

/// A data plane of few words: each table is written as rules for `nft -f`, from nothing, in the plainest way. It has
/// neither schedulers nor session affinity. What the lab says of it is what the lab is worth.
final class HandWrittenPlane: DataPlane {
    let name = "hand-written"
    private let namespace: NetworkNamespace

    init(in namespace: NetworkNamespace) { self.namespace = namespace }

    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        do {
            try await NFTCommand.load(HandWrittenRules(table).text, in: namespace)
        } catch {
            throw DataPlaneError("\(error)")
        }
        return [:]
    }

    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {}
}

/// `nft -f` in a namespace.
enum NFTCommand {
    struct Refusal: Error, CustomStringConvertible { let description: String }

    static func load(_ rules: String, in namespace: NetworkNamespace) async throws {
        let file = "\(namespace.directory)/rules.nft"
        try FileSystem.write(rules, to: file)
        defer { try? FileSystem.remove(file) }
        let process = try await SupervisedProcess.start(
            ProcessSpecification(
                command: ["/usr/sbin/nft", "-f", file], environment: [:], network: namespace))
        let errors = try await process.standardError.readWhenReady() ?? []
        _ = await process.exit()
        guard errors.isEmpty else {
            throw Refusal(description: String(decoding: errors, as: UTF8.self) + rules)
        }
    }
}
