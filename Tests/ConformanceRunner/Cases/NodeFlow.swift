import NetworkLab
import TestSupport

/// A case of flows.yaml: a node with the nftables data plane in network namespaces of its own, and real packets.
enum NodeFlow {
    static func play(_ test: ConformanceCase) async throws {
        do {
            try await FlowCase(test, .nftables).run()
        } catch let reason as CaseNotApplicable {
            throw NotApplicable(reason.description)
        }
    }
}
