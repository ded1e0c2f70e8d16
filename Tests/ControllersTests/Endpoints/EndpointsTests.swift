import KubeAPI
import TestSupport
import Testing

/// Rules E-020 and E-022, beside the cases of a real controller manager.
@Suite struct EndpointsTests {
    let lab = ControllerLab()

    init() { lab.putNode("node-a") }

    private var endpoints: [Endpoints] { lab.cluster.objects() }

    private func counts(_ list: (EndpointSubset) -> [EndpointAddress]) -> [Int] {
        endpoints[0].subsets.map { list($0).count }
    }

    private func putPods(_ range: Range<Int>, port: Int64, ready: Bool = true) {
        for number in range {
            lab.putPod("p\(number)", number: number, ready: ready)
            var pod = lab.cluster.object(.pods, ControllerLab.name("p\(number)"))!
            pod["spec"]?["containers"] = [
                [
                    "name": "c",
                    "ports": [["name": "web", "containerPort": .integer(port), "protocol": "TCP"]],
                ]
            ]
            lab.cluster.put(pod)
        }
    }

    private func putService() {
        lab.putService(
            spec: ["ports": [["port": 80, "protocol": "TCP", "targetPort": "web"]]])
    }

    @Test func aThousandAddressesAreKeptOfEachSubsetInProportion() async {
        putPods(0..<900, port: 8080)
        putPods(900..<1200, port: 9090)
        putService()
        await lab.settle()
        #expect(counts(\.addresses) == [750, 250])
        let key = "endpoints.kubernetes.io/over-capacity"
        #expect(endpoints[0].metadata.annotations[key] == "truncated")
        for number in 0..<300 {
            lab.cluster.remove(.pods, ControllerLab.name("p\(number)"))
        }
        await lab.settle()
        #expect(counts(\.addresses) == [600, 300])
        #expect(endpoints[0].metadata.annotations[key] == nil)
    }

    @Test func whatIsNotReadyIsLeftOutFirst() async {
        putPods(0..<950, port: 8080)
        putPods(950..<1050, port: 8080, ready: false)
        putService()
        await lab.settle()
        #expect(counts(\.addresses) == [950])
        #expect(counts(\.notReadyAddresses) == [50])
    }

    @Test func leftoversGoAtTheStartButNotWhatElectsALeader() async {
        let subsets: JSON = [["addresses": [["ip": "10.9.0.1"]]]]
        lab.putEndpoints("left", subsets: subsets)
        lab.putEndpoints(
            "election", annotations: ["control-plane.alpha.kubernetes.io/leader": "{}"],
            subsets: subsets)
        await lab.settle()
        #expect(endpoints.count == 2)
        let restarted = ControllerLab(on: lab.cluster)
        await restarted.settle()
        #expect(endpoints.map(\.metadata.name) == ["election"])
    }

    @Test func whatIsMadeByHandGoesWithItsService() async {
        lab.putService(spec: ["selector": .null])
        lab.putEndpoints(subsets: [["addresses": [["ip": "10.9.0.1"]]]])
        await lab.settle()
        lab.cluster.remove(.services, ControllerLab.name("api"))
        await lab.settle()
        #expect(endpoints.isEmpty)
    }
}
