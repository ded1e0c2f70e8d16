import KubeAPI
import NetworkLab
import TestSupport
import Testing

@Suite(
    "Cases of health",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct HealthTests {
    static let kinds = ["healthcheck", "proxy-healthz", "nodeport-addresses"]
    static let cases = ConformanceCase.load("flows.yaml") {
        kinds.contains($0.json["kind"]?.string ?? "")
    }
    /// Not used by these cases.
    private static let factory = DataPlaneFactory { HandWrittenPlane(in: $0) }

    @Test("A node says of itself what kube-proxy says", arguments: cases)
    func answer(_ test: ConformanceCase) async throws {
        try await FlowCase(test, Self.factory).run()
    }

    @Test("A wrong expectation is found", arguments: cases)
    func mistake(_ test: ConformanceCase) async throws {
        var json = test.json
        json["expect"] = json["expect"].map(Self.falsified)
        let falsified = ConformanceCase(json)
        await #expect(throws: CaseFailure.self) {
            try await FlowCase(falsified, Self.factory).run()
        }
    }

    /// Another status, other addresses.
    private static func falsified(_ expect: JSON) -> JSON {
        var expect = expect
        if expect["status"] != nil {
            expect["status"] = 204
        } else if expect["listening"]?.bool == false {
            expect["listening"] = nil
            expect["listeningAddresses"] = ["192.0.2.10:32000"]
        } else if expect["listeningAddresses"] != nil {
            expect["listeningAddresses"] = []
        }
        if var family = expect["IPv4"] {
            family["nodeIPs"] = ["192.0.2.77"]
            expect["IPv4"] = family
        }
        return expect
    }
}
