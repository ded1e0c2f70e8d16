import Controllers
import KubeAPI
import TestSupport
import Testing
import Watching

/// A batch period gathers the changes of Pods (rule E-007).
@Suite struct BatchPeriodTests {
    let lab = ControllerLab {
        $0.endpointSliceBatchPeriod = .milliseconds(500)
        $0.endpointsBatchPeriod = .milliseconds(500)
    }

    init() async {
        lab.putNode("node-a")
        lab.putService()
        await settle(after: .zero)
    }

    /// Lets time pass, and does what is due: the lab has no timers of its own.
    private func settle(after time: Duration) async {
        lab.time.advance(by: time)
        lab.slices.queue.add(ControllerLab.name("api"))
        lab.endpoints.queue.add(ControllerLab.name("api"))
        await lab.settle()
    }

    private func writes() -> [String] {
        lab.cluster.takeWrites().map { "\($0.verb) \($0.resource.kind)" }.sorted()
    }

    @Test func changesOfPodsWaitForOthersAndAreOneWrite() async {
        #expect(writes() == ["create EndpointSlice", "create Endpoints"])
        for number in 0..<3 {
            lab.putPod("p\(number)", number: number)
            await settle(after: .milliseconds(100))
            #expect(writes() == [])
        }
        await settle(after: .milliseconds(199))
        #expect(writes() == [])
        await settle(after: .milliseconds(1))
        #expect(writes() == ["update EndpointSlice", "update Endpoints"])
        #expect(lab.slicesThere[0].endpoints.count == 3)
        await settle(after: .seconds(1))
        #expect(writes() == [])
    }

    @Test func aChangeOfTheServiceDoesNotWait() async {
        _ = writes()
        lab.putPod("p", number: 1)
        lab.putService(spec: ["ports": [["port": 81, "protocol": "TCP"]]])
        await settle(after: .zero)
        #expect(writes() == ["update EndpointSlice", "update Endpoints"])
    }
}
