import KubeAPI
import TestSupport
import Testing

/// Hints in proportion to CPUs (rule S-086), and the Events about them.
@Suite struct TopologyHintTests {
    let lab = ControllerLab()

    /// Puts nodes, one a zone, and Pods on them.
    private func put(_ zones: [(zone: String, cpu: String?, pods: Int)], from first: Int = 0) {
        var number = first
        for (zone, cpu, pods) in zones {
            lab.putNode("node-\(zone)", zone: zone, cpu: cpu)
            for _ in 0..<pods {
                lab.putPod("p\(number)", number: number, node: "node-\(zone)")
                number += 1
            }
        }
    }

    private func putService(mode: String? = "Auto") {
        lab.putService(
            annotations: mode.map { ["service.kubernetes.io/topology-mode": .string($0)] } ?? [:])
    }

    /// How many endpoints are for each zone; those without hints are for "".
    private var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for endpoint in lab.slicesThere.flatMap(\.endpoints) {
            counts[endpoint.hints?.forZones.joined() ?? "", default: 0] += 1
        }
        return counts
    }

    struct Share: Sendable {
        var cpu: [String]
        var pods: [Int]
        var hints: [Int]
    }

    @Test(arguments: [
        Share(cpu: ["4", "4"], pods: [4, 2], hints: [3, 3]),
        Share(cpu: ["4", "4"], pods: [10, 8], hints: [9, 9]),
        Share(cpu: ["4", "4"], pods: [9, 8], hints: [9, 8]),
        Share(cpu: ["2", "2", "2"], pods: [6, 0, 0], hints: [2, 2, 2]),
        Share(cpu: ["1", "3"], pods: [4, 4], hints: [2, 6]),
        Share(cpu: ["3920m", "3920m"], pods: [2, 2], hints: [2, 2]),
    ])
    func zonesGetEndpointsInProportionToTheirCPUs(_ share: Share) async {
        let names = ["a", "b", "c"]
        put(share.cpu.indices.map { (names[$0], share.cpu[$0], share.pods[$0]) })
        putService()
        await lab.settle()
        let expected = Dictionary(uniqueKeysWithValues: zip(names, share.hints))
        #expect(counts == expected)
        let said = "Normal TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, "
        #expect(lab.events == [said + "addressType: IPv4"])
    }

    struct Problem: Sendable {
        var cpu: [String?]
        var pods: [Int]
        var message: String
    }

    @Test(arguments: [
        Problem(
            cpu: ["4"], pods: [3],
            message:
                "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
        ),
        Problem(
            cpu: ["4", nil], pods: [3, 3],
            message:
                "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes"
        ),
        Problem(
            cpu: ["4", "4"], pods: [1, 0],
            message: "Insufficient number of endpoints (1 endpoints, 2 zones)"),
        Problem(
            cpu: ["1", "1", "1", "3"], pods: [1, 1, 1, 1],
            message:
                "Unable to allocate minimum required endpoints to each zone without exceeding overload "
                + "threshold (4 endpoints, 4 zones)"),
    ])
    func withoutWhatItTakesThereAreNoHints(_ problem: Problem) async {
        put(problem.cpu.indices.map { ("z\($0)", problem.cpu[$0], problem.pods[$0]) })
        putService()
        await lab.settle()
        #expect(counts == ["": problem.pods.reduce(0, +)])
        let said = "Warning TopologyAwareHintsDisabled: \(problem.message), addressType: IPv4"
        #expect(lab.events == [said])
    }

    @Test func hintsThatStillDoAreNotWrittenAgain() async {
        put([("a", "4", 75), ("b", "4", 75)])
        putService()
        await lab.settle()
        #expect(counts == ["a": 75, "b": 75])
        _ = lab.cluster.takeWrites()
        // One more in zone a: the slice that takes it gets new hints, the full one keeps its own.
        put([("a", "4", 1)], from: 200)
        await lab.settle()
        let writes = lab.cluster.takeWrites().filter { $0.resource == .endpointSlices }
        #expect(writes.count == 1)
        #expect(counts == ["a": 76, "b": 75])
    }

    @Test func withoutTheAnnotationTheHintsGo() async {
        put([("a", "4", 2), ("b", "4", 2)])
        putService()
        await lab.settle()
        putService(mode: nil)
        await lab.settle()
        #expect(counts == ["": 4])
        #expect(
            lab.events.last
                == "Warning TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4"
        )
    }

    @Test func whatIsNotReadyHasNoHint() async {
        put([("a", "4", 2), ("b", "4", 2)])
        lab.putPod("late", number: 9, node: "node-a", ready: false)
        putService()
        await lab.settle()
        #expect(counts == ["a": 2, "b": 2, "": 1])
    }
}
