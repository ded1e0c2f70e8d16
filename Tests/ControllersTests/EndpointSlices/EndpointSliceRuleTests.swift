import Controllers
import KubeAPI
import TestSupport
import Testing
import Watching

/// Rules of EndpointSlices as states of a cluster: the cases tagged `rule`, and what Pointsman adds.
@Suite struct EndpointSliceRuleTests {
    let lab: ControllerLab

    init() { self.init(lab: ControllerLab()) }

    private func putPod(
        _ name: String, app: String = "api", number: Int, ready: Bool = true,
        at time: String = "2026-01-01T09:59:50Z"
    ) {
        lab.putPod(name, app: app, number: number, ready: ready, at: time)
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
        lab.putService()
        for number in 0..<250 { putPod("p\(number)", number: number) }
        await lab.settle()
        let own = slices.filter { $0.serviceName != nil }.map(\.metadata.name)
        #expect(own == ["api-endpoints", "api-endpoints-3", "api-endpoints-4"])
    }

    @Test func oneChangedPodOfAThousandIsOneSliceWrite() async {
        lab.putService()
        for number in 0..<1000 { putPod("p\(number)", number: number) }
        lab.putService("other")
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
        lab.putService()
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
        lab.putService()
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
        let lab = ControllerLab { $0.maxEndpointsPerSlice = limit }
        let suite = EndpointSliceRuleTests(lab: lab)
        lab.putService()
        for number in 0..<250 { suite.putPod("p\(number)", number: number) }
        await lab.settle()
        #expect(suite.slices.map(\.endpoints.count).sorted(by: >) == sizes)
    }

    @Test(arguments: [
        // What fits into one slice goes to the fullest that takes it.
        (150, 20, [100, 70]), (150, 50, [100, 100]),
        // What fits into none fills one, and the rest is a new slice.
        (150, 60, [100, 100, 10]),
        // New slices are full before another is touched.
        (150, 127, [100, 100, 77]),
    ])
    func newEndpointsFillSlices(_ first: Int, _ more: Int, _ sizes: [Int]) async {
        lab.putService()
        for number in 0..<first { putPod("p\(number)", number: number) }
        await lab.settle()
        for number in first..<first + more { putPod("p\(number)", number: number) }
        await lab.settle()
        #expect(slices.map(\.endpoints.count).sorted(by: >) == sizes)
    }

    @Test func aServiceThatIsBeingDeletedGetsNoNewSlices() async {
        lab.cluster.put([
            "kind": "Service",
            "metadata": [
                "name": "api", "namespace": "default",
                "deletionTimestamp": "2026-01-01T11:00:00Z",
            ],
            "spec": [
                "clusterIP": "10.96.0.9", "selector": ["app": "api"], "ports": [["port": 80]],
            ],
        ])
        putPod("p", number: 1)
        await lab.settle()
        #expect(slices.isEmpty)
    }

    @Test func aSliceOfAnEarlierServiceOfTheSameNameIsMadeAnew() async {
        lab.putService(uid: "old")
        putPod("p", number: 1)
        await lab.settle()
        lab.cluster.remove(.services, name("api"))
        lab.putService(uid: "new")
        _ = sliceWrites()
        await lab.settle()
        #expect(sliceWrites() == ["delete api-endpoints", "create api-endpoints"])
        #expect(slices.map { $0.metadata.ownerReferences[0].uid } == ["new"])
    }

    @Test(arguments: ["FQDN", "IPv6"])
    func slicesOfAnotherAddressTypeAreDeleted(_ type: String) async {
        lab.putService(uid: "u")
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
        lab.putService()
        putPod("p", number: 1)
        await lab.settle()
        lab.cluster.remove(.services, name("api"))
        await lab.settle()
        #expect(slices.isEmpty)
        #expect(lab.cluster.objects(Endpoints.self).isEmpty)
    }

    @Test func theTriggerTimeIsTheEarliestOfWhatChanged() async {
        lab.putService()
        putPod("a", number: 1)
        await lab.settle()
        #expect(lastChange == "2026-01-01T10:00:00Z")
        putPod("b", number: 2, at: "2026-01-01T10:00:07Z")
        putPod("c", number: 3, at: "2026-01-01T10:00:05Z")
        await lab.settle()
        #expect(lastChange == "2026-01-01T10:00:05Z")
    }

    @Test func aPlanThatWritesNothingIsRememberedToo() async {
        lab.putService()
        putPod("a", number: 1)
        await lab.settle()
        // After a restart nothing is known of the Service; the first plan finds everything as it should be.
        let restarted = ControllerLab(on: lab.cluster)
        await restarted.settle()
        putPod("b", number: 2, at: "2026-01-01T10:00:07Z")
        await restarted.settle()
        #expect(lastChange == "2026-01-01T10:00:07Z")
    }

    @Test func aPodOfANodeThatDoesNotExistWaitsForIt() async {
        lab.putService()
        putPod("a", number: 1)
        lab.putPod("b", number: 2, node: "node-b")
        lab.putPod("c", number: 3, node: "")
        await lab.settle()
        #expect(slices[0].endpoints.map(\.targetRef?.name) == ["a"])
        let name = "default/api"
        #expect(
            lab.events == [
                "Warning FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service "
                    + "\(name): skipping Pod b for Service \(name): Node node-b Not Found"
            ])
        // The legacy Endpoints do not ask for the Node.
        #expect(lab.cluster.objects(Endpoints.self)[0].subsets[0].addresses.count == 3)
        lab.putNode("node-b", zone: "z")
        await lab.settle()
        #expect(slices[0].endpoints.map(\.zone) == [nil, "z"])
        lab.cluster.remove(.nodes, ObjectName("node-b"))
        await lab.settle()
        #expect(slices[0].endpoints.map(\.targetRef?.name) == ["a"])
    }

    @Test func aPodThatStandsForSomethingElsewhereNeedsNoNode() async {
        lab.putService()
        lab.putPod(
            "vm", number: 1, node: "", annotations: ["pointsman.dev/address": "10.244.0.2"])
        await lab.settle()
        #expect(slices[0].endpoints.map(\.targetRef?.name) == ["vm"])
    }

    @Test func whoPublishesWhatIsNotReadyPublishesPodsWithoutNode() async {
        lab.putService(spec: ["publishNotReadyAddresses": true])
        lab.putPod("a", number: 1, node: "gone")
        await lab.settle()
        #expect(slices[0].endpoints.map(\.nodeName) == ["gone"])
    }

    /// Somebody else's controller of the same name uses other names for its slices, and undoes none of ours.
    @Test func twoControllersOfOneNameComeToRest() async {
        for number in 0..<120 { putPod("p\(number)", number: number) }
        let other = ControllerLab(on: lab.cluster)
        lab.putService()
        for round in 0..<20 {
            await lab.slices.step()
            await other.slices.step()
            if round == 5 { putPod("late", number: 130) }
        }
        await lab.settle()
        await other.settle()
        _ = lab.cluster.takeWrites()
        await lab.settle()
        await other.settle()
        #expect(lab.cluster.takeWrites() == [])
        let names = slices.flatMap { $0.endpoints.compactMap(\.targetRef?.name) }
        #expect(names.count == 121)
        #expect(Set(names).count == 121)
    }

    @Test func aDeletionAloneHasNoTriggerTime() async {
        lab.putService()
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
    init(lab: ControllerLab) {
        self.lab = lab
        lab.putNode("node-a")
    }
}
