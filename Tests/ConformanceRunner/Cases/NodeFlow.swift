import DataPlanes
import NetworkLab
import TestSupport

/// A case of flows.yaml: a node with the nftables data plane in network namespaces of its own, and real packets.
enum NodeFlow {
    private static let factory = DataPlaneFactory { _ in try NFTablesDataPlane() }

    static func play(_ test: ConformanceCase) async throws {
        do {
            try await FlowCase(test, factory).run()
        } catch let reason as CaseNotApplicable {
            throw NotApplicable(reason.description)
        }
    }
}
