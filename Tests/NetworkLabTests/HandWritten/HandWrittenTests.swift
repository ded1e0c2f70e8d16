import Addresses
import DataPlanes
import KubeAPI
import LoadBalancing
import NetworkLab
import TestSupport
import Testing

/// The executors of flows.yaml, and the lab's comparison with the `Oracle`, on rules that are written by hand.
@Suite(
    "Cases in the lab",
    .enabled(if: LabNetwork.isPossible, "needs CAP_NET_ADMIN and CAP_SYS_ADMIN"), .serialized)
struct HandWrittenTests {
    static let cases = ConformanceCase.load("flows.yaml") { $0.json["kind"]?.string == "flow" }
    private static let factory = DataPlaneFactory { HandWrittenPlane(in: $0) }

    @Test("A packet goes where kube-proxy in nftables mode sends it", arguments: cases)
    func flow(_ test: ConformanceCase) async throws {
        do {
            try await FlowCase(test, Self.factory).run()
        } catch is CaseNotApplicable {}
    }

    @Test("A packet goes where the Oracle sends it", arguments: 1...8 as ClosedRange<UInt64>)
    func random(_ seed: UInt64) async throws {
        let differences = try await RandomClusterTrial(seed: seed).run(Self.factory) { table in
            table.simplify()
        }
        #expect(differences == [])
    }

    /// A mistake, and a case that must find it.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let caseID: String
        let edit: @Sendable (inout ServiceTable) -> Void

        init(
            _ description: String, _ caseID: String,
            _ edit: @escaping @Sendable (inout ServiceTable) -> Void
        ) {
            (testDescription, self.caseID, self.edit) = (description, caseID, edit)
        }

        init(
            _ description: String, _ caseID: String,
            frontend edit: @escaping @Sendable (inout Frontend) -> Void
        ) {
            self.init(description, caseID) { table in
                for key in table.frontends.keys { edit(&table.frontends[key]!) }
            }
        }
    }

    static let mistakes = [
        Mistake("a backend too few", "flow-clusterip-two-endpoints") { table in
            for key in table.servicePorts.keys { table.servicePorts[key]!.cluster.removeLast() }
        },
        Mistake("a backend too many", "flow-clusterip-single") { table in
            for key in table.servicePorts.keys {
                table.servicePorts[key]!.cluster.append(
                    Backend(IPAddress("10.244.9.9")!, 8080))
            }
        },
        Mistake(
            "no masquerade", "flow-clusterip-from-outside", frontend: { $0.masquerade = .never }),
        Mistake("masquerade", "flow-clusterip-single", frontend: { $0.masquerade = .always }),
        Mistake("drop for reject", "flow-not-ready-only-reject") {
            $0.whenInternalEmpty = .drop
        },
        Mistake("reject for drop", "flow-itp-and-etp-local-all-remote") {
            $0.whenInternalEmpty = .reject
        },
        Mistake("nobody's ClusterIP passes", "flow-clusterip-unallocated") {
            $0.serviceCIDRs = []
        },
        Mistake("no frontend", "flow-clusterip-single") { $0.frontends = [:] },
    ]

    @Test("A mistake is found", arguments: mistakes)
    func mistake(_ mistake: Mistake) async throws {
        let test = try #require(Self.cases.first { $0.id == mistake.caseID })
        let factory = DataPlaneFactory { namespace in
            MistakenPlane(HandWrittenPlane(in: namespace), mistake.edit)
        }
        await #expect(throws: CaseFailure.self) { try await FlowCase(test, factory).run() }
    }
}

/// A data plane that is given another table than was asked for.
private final class MistakenPlane: DataPlane {
    let name = "mistaken"
    private let plane: any DataPlane
    private let edit: @Sendable (inout ServiceTable) -> Void

    init(_ plane: any DataPlane, _ edit: @escaping @Sendable (inout ServiceTable) -> Void) {
        self.plane = plane
        self.edit = edit
    }

    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        var edited = table
        edit(&edited)
        return try await plane.apply(edited, edited.changes(since: ServiceTable()))
    }

    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {
        try await plane.prune(keeping: table)
    }
}

extension ServiceTable {
    /// Without what hand-written rules do not do.
    fileprivate mutating func simplify() {
        for name in servicePorts.keys {
            servicePorts[name]!.scheduler = .random
            servicePorts[name]!.affinityTimeout = nil
        }
    }
}
