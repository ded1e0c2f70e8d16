import KubeAPI
import NetworkLab
import TestSupport
import Testing

/// The nftables data plane in a real kernel, with real packets.
@Suite(
    "Packets through nftables",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct NFTablesFlowTests {
    static let kinds = ["flow", "affinity", "conntrack"]
    static let cases = ConformanceCase.load("flows.yaml") {
        kinds.contains($0.json["kind"]?.string ?? "")
    }
    @Test("A packet goes where kube-proxy in nftables mode sends it", arguments: cases)
    func flow(_ test: ConformanceCase) async throws {
        do {
            try await FlowCase(test, .nftables).run()
        } catch is CaseNotApplicable {}
    }

    @Test("A packet goes where the Oracle sends it", arguments: 1...12 as ClosedRange<UInt64>)
    func random(_ seed: UInt64) async throws {
        #expect(try await RandomClusterTrial(seed: seed).run(.nftables) == [])
    }
}
