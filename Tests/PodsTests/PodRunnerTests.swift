import KubeAPI
import Linux
import Synchronization
import TestSupport
import Testing
import Watching

@testable import Pods

/// What the runner's processes print, and what it says itself.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var output: PodOutput {
        PodOutput(
            line: { line in self.lines.withLock { $0.append(line) } },
            errorLine: { line in self.lines.withLock { $0.append("E " + line) } })
    }
}

/// A runner against a cluster in memory, in which a task plays controller and data plane: every Pod gets an address,
/// every terminating Pod is drained.
final class RunnerLab: Sendable {
    let cluster = FakeCluster()
    let lines = Lines()
    let signals: AsyncStream<Signal>.Continuation
    private let stream: AsyncStream<Signal>
    private let network: String

    /// The Pods' addresses are `<network>.1` and so on.
    init(network: String = "127.0.0") {
        self.network = network
        (stream, signals) = AsyncStream.makeStream()
        cluster.put(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "here"]])
    }

    func configuration(_ command: String...) -> PodRunnerConfiguration {
        var configuration = PodRunnerConfiguration(
            name: "web", command: command, environment: ["PATH": "/usr/bin:/bin"])
        configuration.labels = ["app": "web"]
        configuration.usesNamespaces = false
        return configuration
    }

    /// Runs until `body` has returned and the runner has been told to end; gives its exit status.
    func run(
        _ configuration: PodRunnerConfiguration, drains: Bool = true,
        _ body: @escaping @Sendable (RunnerLab) async throws -> Void
    ) async throws -> Int32 {
        let runner = PodRunner(configuration, cluster, output: lines.output)
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { [self] in
                await control(drains: drains)
                return nil
            }
            group.addTask { [stream] in try await runner.run(signals: stream) }
            group.addTask { [self] in
                defer { signals.yield(.terminate) }
                try await body(self)
                return nil
            }
            defer { group.cancelAll() }
            while let status = try await group.next() {
                if let status { return status }
            }
            return -1
        }
    }

    private func control(drains: Bool) async {
        var next = 0
        var seen = ResourceVersion.unset
        // A watch that ends is opened again where it ended.
        while !Task.isCancelled { await watch(drains, &next, &seen) }
    }

    private func watch(_ drains: Bool, _ next: inout Int, _ seen: inout ResourceVersion) async {
        do {
            for try await event in cluster.watch(.pods, since: seen, ListOptions()) {
                switch event {
                case .added(let object), .modified(let object), .deleted(let object):
                    seen = object.resourceVersion
                case .bookmark: break
                }
                guard case .added(let object) = event else {
                    guard case .modified(let object) = event, drains else { continue }
                    let json = try object.json()
                    let pod = Pod(json: json)
                    guard pod.isTerminating,
                        !pod.conditions.contains(where: { $0.type == PodWords.drained })
                    else { continue }
                    try await addCondition(to: pod.objectName)
                    continue
                }
                next += 1
                let name = Pod(json: try object.json()).objectName
                _ = try await cluster.patch(
                    .pods, name, .merge(["status": ["podIP": .string("\(network).\(next)")]]),
                    subresource: "status")
            }
        } catch {}
    }

    private func addCondition(to name: ObjectName) async throws {
        guard var json = cluster.object(.pods, name) else { return }
        var conditions = json.value(at: "status", "conditions")?.array ?? []
        conditions.append(["type": .string(PodWords.drained), "status": "True"])
        json["status"]?["conditions"] = .array(conditions)
        _ = try? await cluster.update(.pods, json, subresource: "status")
    }

    var pods: [Pod] { cluster.objects(Pod.self) }

    /// Suspends until the Pods fit; fails the test after ten seconds.
    func wait(
        _ what: Comment, _ fits: @Sendable ([Pod]) -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while !fits(pods) {
            guard ContinuousClock.now < end else {
                Issue.record(what, sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func restarts(_ pod: Pod) -> Int64 {
        let status = cluster.object(.pods, pod.objectName)?["status"]
        return status?["containerStatuses"]?.array?.first?["restartCount"]?.integer ?? 0
    }
}

@Suite struct PodRunnerTests {
    @Test func podsRunBecomeReadyAndEndInGoodOrder() async throws {
        let lab = RunnerLab()
        var configuration = lab.configuration(
            "sh", "-c",
            "echo $POD_NAME $POD_NAMESPACE $(POD_IP) $HOSTNAME; trap 'echo bye; exit 0' TERM; "
                + "while :; do sleep 0.05; done")
        configuration.replicas = 3
        let status = try await lab.run(configuration) { lab in
            try await lab.wait("three ready Pods") { $0.filter(\.isReady).count == 3 }
            for pod in lab.pods {
                #expect(pod.phase == "Running" && pod.nodeName == "here")
                #expect(pod.metadata.labels == ["app": "web"])
                let runner = try #require(pod.metadata.annotations[PodWords.runner])
                #expect(ProcessIdentity(runner)?.isAlive == true)
                let expected =
                    "[\(pod.metadata.name)] \(pod.metadata.name) default \(pod.podIPs[0]) "
                    + pod.metadata.name
                try await lab.wait("the Pod's words") { _ in lab.lines.all.contains(expected) }
            }
        }
        #expect(status == 0)
        #expect(lab.pods.isEmpty)
        #expect(lab.lines.all.filter { $0.hasSuffix("] bye") }.count == 3)
    }

    @Test func aProcessThatDiesIsStartedAgainAndItsPodIsNotReadyMeanwhile() async throws {
        let lab = RunnerLab()
        _ = try await lab.run(lab.configuration("sh", "-c", "sleep 0.1; exit 3")) { lab in
            try await lab.wait("a second start") { $0.contains { lab.restarts($0) == 2 } }
            try await lab.wait("not ready") { $0.allSatisfy { !$0.isReady } }
        }
        #expect(lab.lines.all.contains { $0.hasSuffix("exited with code 3") })
        #expect(lab.pods.isEmpty)
    }

    @Test func aPodDeletedElsewhereIsReplaced() async throws {
        let lab = RunnerLab()
        _ = try await lab.run(lab.configuration("sleep", "86394")) { lab in
            try await lab.wait("a ready Pod") { $0.contains(where: \.isReady) }
            let first = try #require(lab.pods.first).objectName
            try await lab.cluster.delete(.pods, first)
            try await lab.wait("another Pod") {
                $0.count == 1 && $0[0].isReady && $0[0].objectName != first
            }
        }
        #expect(lab.pods.isEmpty)
    }

    @Test func theSecondSignalEndsAllAtOnce() async throws {
        let lab = RunnerLab()
        let status = try await lab.run(
            lab.configuration("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"),
            drains: false
        ) { lab in
            try await lab.wait("a ready Pod") { $0.contains(where: \.isReady) }
            lab.signals.yield(.interrupt)
            try await lab.wait("a terminating Pod") { $0.contains(where: \.isTerminating) }
        }
        #expect(status == 130)
        #expect(lab.pods.isEmpty)
    }

    @Test func anApiThatComesBackFindsThePods() async throws {
        let lab = RunnerLab()
        let outage = Status(.serviceUnavailable, "connection refused")
        lab.cluster.fail("create", .pods, with: outage)
        lab.cluster.fail("list", .pods, with: outage)
        _ = try await lab.run(lab.configuration("sleep", "86393")) { lab in
            try await lab.wait("a ready Pod") { $0.contains(where: \.isReady) }
            lab.cluster.fail("get", .pods, with: outage)
            lab.cluster.fail("delete", .pods, with: outage)
            lab.cluster.disconnect()
        }
        #expect(lab.pods.isEmpty)
        #expect(lab.lines.all.contains { $0.contains("connection refused") })
    }

    @Test func anAddressThatNeedsANamespaceSaysSo() async throws {
        let lab = RunnerLab(network: "198.18.77")
        _ = try await lab.run(lab.configuration("sleep", "86389")) { lab in
            try await lab.wait("the reason") { _ in
                lab.lines.all.contains {
                    $0.contains("address 198.18.77.1 needs a network namespace")
                }
            }
        }
        #expect(lab.pods.isEmpty)
    }

    @Test func whatTheApiRefusesEndsTheRunner() async throws {
        let lab = RunnerLab()
        lab.cluster.fail("create", .pods, with: Status(.invalid, "metadata.labels: no"))
        let error = await #expect(throws: PodRunnerError.self) {
            _ = try await lab.run(lab.configuration("sleep", "86392")) { _ in
                try await Task.sleep(for: .seconds(20))
            }
        }
        #expect(error?.description == "cannot create a Pod: metadata.labels: no")
        let missing = await #expect(throws: PodRunnerError.self) {
            _ = try await lab.run(lab.configuration("no-such-program-here")) { _ in }
        }
        #expect(missing?.description == "no-such-program-here: no such program")
    }

    @Test func readinessFollowsTheProbe() async throws {
        let lab = RunnerLab()
        let flag = "/tmp/pointsman-probe-\(try ProcessIdentity.current())"
        defer { try? FileSystem.remove(flag) }
        var configuration = lab.configuration("sleep", "86391")
        var probe = Probe(check: .exec(command: ["test", "-e", flag]))
        probe.periodSeconds = 1
        probe.failureThreshold = 1
        configuration.readinessProbe = probe
        _ = try await lab.run(configuration) { lab in
            try await lab.wait("a running Pod") { $0.contains { $0.phase == "Running" } }
            let isReadyTooEarly = lab.pods.contains { $0.isReady }
            #expect(!isReadyTooEarly)
            try FileSystem.write("", to: flag)
            try await lab.wait("ready") { $0.contains(where: \.isReady) }
            try FileSystem.remove(flag)
            try await lab.wait("not ready") { !$0.contains(where: \.isReady) }
        }
    }
}
