import KubeAPI
package import TestSupport

/// A case of flows.yaml, played by the kernel of a node.
package struct FlowCase: Sendable {
    private let test: ConformanceCase
    private let factory: DataPlaneFactory

    package init(_ test: ConformanceCase, _ factory: DataPlaneFactory) {
        self.test = test
        self.factory = factory
    }

    /// Returns if everything is as expected.
    /// - Throws: `CaseFailure`; `CaseNotApplicable`; any other error fails the case, too.
    package func run() async throws {
        switch test.json["kind"]?.string {
        case "flow": try await PacketFlow(test).run(factory)
        case "affinity": try await AffinityFlow(test).run(factory)
        case "conntrack": try await ConntrackFlow(test).run(factory)
        case "healthcheck": try await HealthCheckFlow(test).run()
        case "proxy-healthz": try await ProxyHealthFlow(test).run()
        case "nodeport-addresses": try NodePortAddressFlow(test).run()
        case let kind:
            throw CaseFailure("no executor for kind \(kind ?? "none")")
        }
    }
}
