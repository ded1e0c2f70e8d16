import Addresses
import Controllers
import KubeAPI
import Synchronization
import TestSupport
import Testing
import Watching

@Suite(.timeLimit(.minutes(1))) struct PodControllerTests {
    /// Runners end when the test says so.
    private final class Runners: RunnerObserver {
        private let waiting = Mutex<[String: CheckedContinuation<Bool, Never>]>([:])

        func untilGone(_ runner: String) async -> Bool {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0[runner] = continuation }
            }
        }

        var watched: Int { waiting.withLock { $0.count } }

        func end(_ runner: String) {
            waiting.withLock { $0.removeValue(forKey: runner) }?.resume(returning: true)
        }
    }

    /// Probes answer what the test says.
    private final class Prober: ReadinessProber {
        typealias Report = @Sendable (Bool) -> Void
        private let reports = Mutex<[String: Report]>([:])

        func probe(
            _ container: Pod.Container, _ probe: Probe, at address: IPAddress,
            report: @escaping Report
        ) async {
            reports.withLock { $0["\(address)/\(container.name)"] = report }
        }

        func report(_ target: String) -> Report? { reports.withLock { $0[target] } }
    }

    private let time = ManualTime()
    private let cluster: FakeCluster
    private let runners = Runners()
    private let prober = Prober()
    private let controller: PodController

    init() {
        cluster = FakeCluster(time: time)
        let caches = ClusterCaches()
        controller = PodController(
            .init(node: "here", podCIDRs: [IPPrefix("10.244.0.0/24")!]), caches, cluster,
            events: EventRecorder(cluster, component: "test", time: time.source),
            runners: runners, prober: prober, time: time.source)
        cluster.feed(caches)
    }

    private func settle() async -> [Reconciliation] {
        var results: [Reconciliation] = []
        while let key = controller.queue.take() {
            let result = try? await controller.reconcile(key)
            controller.queue.done(key)
            if let result { results.append(result) } else { controller.queue.add(key) }
        }
        return results
    }

    private func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    private let podName = ObjectName(namespace: "default", name: "p")

    private func create(
        _ annotations: JSON, node: String? = "here", container: JSON = ["name": "c"]
    ) async throws {
        var spec: JSON = ["containers": [container]]
        if let node { spec["nodeName"] = .string(node) }
        _ = try await cluster.create(
            .pods,
            [
                "kind": "Pod",
                "metadata": ["name": "p", "namespace": "default", "annotations": annotations],
                "spec": spec,
            ])
        _ = await settle()
    }

    private var pod: Pod? { cluster.object(.pods, podName).map(Pod.init) }
    private var events: [String] { cluster.objects(Event.self).map(\.reason) }

    @Test func aRunnersPodGetsAnAddressAndNothingElse() async throws {
        try await create(["pointsman.dev/runner": "12:34"])
        #expect(pod?.podIPs == ["10.244.0.1"])
        #expect(pod?.phase == "Pending")
        #expect(pod?.conditions == [])
    }

    @Test func aPodOfAnotherNodeIsLeftAlone() async throws {
        try await create(["pointsman.dev/runner": "12:34"], node: "there")
        #expect(pod?.podIPs == [])
        #expect(runners.watched == 0)
    }

    @Test func aPodIsRemovedWhenItsRunnerIsGone() async throws {
        try await create(["pointsman.dev/runner": "12:34"])
        _ = try await cluster.patch(
            .pods, podName,
            .merge(["status": ["conditions": [["type": "Ready", "status": "True"]]]]),
            subresource: "status")
        _ = await settle()
        await until { runners.watched == 1 }
        _ = cluster.takeWrites()
        runners.end("12:34")
        await until { controller.queue.count == 1 }
        _ = await settle()
        #expect(pod == nil)
        // It is first seen as not ready, then gone.
        #expect(cluster.takeWrites().map(\.verb) == ["update status", "delete"])
    }

    @Test func anAddressPodWithoutProbesIsReadyAtOnce() async throws {
        try await create(["pointsman.dev/address": "192.168.1.20"])
        #expect(pod?.podIPs == ["192.168.1.20"])
        #expect(pod?.phase == "Running")
        #expect(pod?.isReady == true)
        let writes = cluster.takeWrites().count
        controller.queue.add(podName)
        _ = await settle()
        #expect(cluster.takeWrites().count == 0, "nothing to write after \(writes) writes")
    }

    @Test func anAddressPodIsReadyWhileItsProbeSaysSo() async throws {
        try await create(
            ["pointsman.dev/address": "192.168.1.20"],
            container: [
                "name": "c", "readinessProbe": ["tcpSocket": ["port": 80]],
            ])
        #expect(pod?.isReady == false)
        await until { prober.report("192.168.1.20/c") != nil }
        for isReady in [true, false] {
            prober.report("192.168.1.20/c")?(isReady)
            _ = await settle()
            #expect(pod?.isReady == isReady)
        }
    }

    @Test(arguments: ["192.168.1", "127.0.0.1", "0.0.0.0", "224.0.0.1", "10.0.0.1,10.0.0.2", ""])
    func anAddressThatCannotBeUsedIsTold(_ address: String) async throws {
        try await create(["pointsman.dev/address": .string(address)])
        #expect(pod?.podIPs == [])
        #expect(events == ["InvalidAddress"])
    }

    @Test func aPodThatNobodyRunsStaysPendingAndSaysWhy() async throws {
        try await create([:], node: nil)
        #expect(pod?.phase == "Pending")
        let condition = pod?.conditions.first { $0.type == "PodScheduled" }
        #expect(condition?.status == "False")
        #expect(condition?.message.contains("pointsman run") == true)
        #expect(events == ["FailedScheduling"])
    }

    @Test func anAddressPodGoesWhenItIsDrained() async throws {
        try await create(["pointsman.dev/address": "192.168.1.20"])
        try await cluster.delete(.pods, podName, DeleteOptions())
        #expect(await settle() == [.again(after: .seconds(30))])
        var status = cluster.object(.pods, podName)!["status"]!
        status["conditions"] = .array(
            (status["conditions"]?.array ?? []) + [
                ["type": "pointsman.dev/Drained", "status": "True"]
            ])
        _ = try await cluster.patch(
            .pods, podName, .merge(["status": status]), subresource: "status")
        _ = await settle()
        #expect(pod == nil)
    }

    @Test func anAddressPodGoesWhenItsTimeIsUp() async throws {
        try await create(["pointsman.dev/address": "192.168.1.20"])
        try await cluster.delete(.pods, podName, DeleteOptions(gracePeriodSeconds: 5))
        #expect(await settle() == [.again(after: .seconds(5))])
        time.advance(by: .seconds(5))
        controller.queue.add(podName)
        _ = await settle()
        #expect(pod == nil)
    }

    @Test func anAddressRestsAfterItsPod() async throws {
        try await create(["pointsman.dev/runner": "12:34"])
        cluster.remove(.pods, podName)
        _ = await settle()
        try await create(["pointsman.dev/runner": "12:34"])
        #expect(pod?.podIPs == ["10.244.0.2"])
    }
}
