import Controllers
import KubeAPI
import TestSupport
import Testing
import Watching

/// Rules of EndpointSlices as states of a cluster: the cases tagged `rule`, and what Pointsman adds.
@Suite struct EndpointSliceRuleTests {
    let lab: ControllerLab

    init() { lab = ControllerLab() }

    private func putService(_ name: String = "api", uid: String? = nil, deleting: Bool = false) {
        var metadata: JSON = [
            "name": .string(name), "namespace": "default",
            "creationTimestamp": "2026-01-01T10:00:00Z",
        ]
        if let uid { metadata["uid"] = .string(uid) }
        if deleting { metadata["deletionTimestamp"] = "2026-01-01T11:00:00Z" }
        lab.cluster.put([
            "kind": "Service", "metadata": metadata,
            "spec": [
                "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ipFamilies": ["IPv4"],
                "selector": ["app": .string(name)], "ports": [["port": 80, "protocol": "TCP"]],
            ],
        ])
    }

    private func putPod(
        _ name: String, app: String = "api", number: Int, ready: Bool = true,
        at time: String = "2026-01-01T09:59:50Z"
    ) {
        let address = JSON.string("10.244.\(number / 250).\(number % 250 + 1)")
        lab.cluster.put([
            "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "default", "labels": ["app": .string(app)],
            ],
            "spec": ["nodeName": "node-a"],
            "status": [
                "phase": "Running", "podIP": address,
                "conditions": [
                    [
                        "type": "Ready", "status": ready ? "True" : "False",
                        "lastTransitionTime": .string(time),
                    ]
                ],
            ],
        ])
    }

    private var slices: [EndpointSlice] { lab.cluster.objects() }
    private var lastChange: String? {
        slices[0].metadata.annotations["endpoints.kubernetes.io/last-change-trigger-time"]
    }
    private func name(_ name: String) -> ObjectName { ObjectName(namespace: "default", name: name) }

    private func sliceWrites() -> [String] {
        lab.cluster.takeWrites().filter { $0.resource == .endpointSlices }
            .map { "\($0.verb) \($0.name.name)" }
    }

    @Test func namesAreDeterministicAndSkipWhatSomebodyElseHolds() async {
        lab.cluster.put([
            "kind": "EndpointSlice",
            "metadata": ["name": "api-endpoints-2", "namespace": "default"],
            "addressType": "IPv4", "endpoints": [],
        ])
        putService()
        for number in 0..<250 { putPod("p\(number)", number: number) }
        await lab.settle()
        let own = slices.filter { $0.serviceName != nil }.map(\.metadata.name)
        #expect(own == ["api-endpoints", "api-endpoints-3", "api-endpoints-4"])
    }

    @Test func oneChangedPodOfAThousandIsOneSliceWrite() async {
        putService()
        for number in 0..<1000 { putPod("p\(number)", number: number) }
        putService("other")
        await lab.settle()
        _ = sliceWrites()
        putPod("p500", number: 500, ready: false)
        await lab.settle()
        #expect(sliceWrites().count == 1)
        // Another address of the same Pod is one write too.
        putPod("p500", number: 1500)
        await lab.settle()
        #expect(sliceWrites().count == 1)
    }

    @Test func aChangeThatMattersToNobodyIsNotEvenPlanned() async {
        putService()
        putPod("p", number: 1)
        await lab.settle()
        putPod("stranger", app: "elsewhere", number: 2)
        #expect(lab.slices.queue.count == 0)
        var pod = lab.cluster.object(.pods, name("p"))!
        pod["metadata"]?["annotations"] = ["note": "x"]
        lab.cluster.put(pod)
        #expect(lab.slices.queue.count == 0)
        putPod("p", number: 1, ready: false)
        #expect(lab.slices.queue.count == 1)
    }

    @Test func aLostRaceIsPlannedAgainFromTheFreshState() async {
        putService()
        putPod("p", number: 1)
        await lab.settle()
        lab.cluster.fail("update", .endpointSlices, with: .conflict(.endpointSlices, "api"))
        putPod("q", number: 2)
        await lab.settle()
        #expect(slices[0].endpoints.count == 2)
    }

    @Test(arguments: [
        (50, [50, 50, 50, 50, 50]), (80, [80, 80, 80, 10]), (150, [150, 100]), (250, [250]),
        (500, [250]),
    ])
    func theLimitIsASetting(_ limit: Int, _ sizes: [Int]) async {
        let lab = ControllerLab(limit: limit)
        let suite = EndpointSliceRuleTests(lab: lab)
        suite.putService()
        for number in 0..<250 { suite.putPod("p\(number)", number: number) }
        await lab.settle()
        #expect(suite.slices.map(\.endpoints.count).sorted(by: >) == sizes)
    }

    @Test func aServiceThatIsBeingDeletedGetsNoNewSlices() async {
        putService(deleting: true)
        putPod("p", number: 1)
        await lab.settle()
        #expect(slices.isEmpty)
    }

    @Test func aSliceOfAnEarlierServiceOfTheSameNameIsMadeAnew() async {
        putService(uid: "old")
        putPod("p", number: 1)
        await lab.settle()
        lab.cluster.remove(.services, name("api"))
        putService(uid: "new")
        _ = sliceWrites()
        await lab.settle()
        #expect(sliceWrites() == ["delete api-endpoints", "create api-endpoints"])
        #expect(slices.map { $0.metadata.ownerReferences[0].uid } == ["new"])
    }

    @Test(arguments: ["FQDN", "IPv6"])
    func slicesOfAnotherAddressTypeAreDeleted(_ type: String) async {
        putService(uid: "u")
        lab.cluster.put([
            "kind": "EndpointSlice",
            "metadata": [
                "name": "left", "namespace": "default",
                "labels": [
                    "kubernetes.io/service-name": "api",
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                ],
                "ownerReferences": [
                    ["apiVersion": "v1", "kind": "Service", "name": "api", "uid": "u"]
                ],
            ],
            "addressType": .string(type), "endpoints": [],
        ])
        await lab.settle()
        #expect(slices.map(\.metadata.name) == ["api-endpoints"])
    }

    @Test func slicesAndEndpointsGoWithTheirService() async {
        putService()
        putPod("p", number: 1)
        await lab.settle()
        lab.cluster.remove(.services, name("api"))
        await lab.settle()
        #expect(slices.isEmpty)
        #expect(lab.cluster.objects(Endpoints.self).isEmpty)
    }

    @Test func theTriggerTimeIsTheEarliestOfWhatChanged() async {
        putService()
        putPod("a", number: 1)
        await lab.settle()
        #expect(lastChange == "2026-01-01T10:00:00Z")
        putPod("b", number: 2, at: "2026-01-01T10:00:07Z")
        putPod("c", number: 3, at: "2026-01-01T10:00:05Z")
        await lab.settle()
        #expect(lastChange == "2026-01-01T10:00:05Z")
    }

    @Test func aDeletionAloneHasNoTriggerTime() async {
        putService()
        putPod("a", number: 1)
        putPod("b", number: 2)
        await lab.settle()
        lab.cluster.remove(.pods, name("b"))
        await lab.settle()
        #expect(slices[0].endpoints.count == 1)
        #expect(lastChange == nil)
    }
}

extension EndpointSliceRuleTests {
    init(lab: ControllerLab) { self.lab = lab }
}
