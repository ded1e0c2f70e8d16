import KubeAPI
import Linux
import Testing

@testable import Pods

@Suite struct PodStateMachineTests {
    static let start = Timestamp(secondsSinceEpoch: 1_785_000_000)

    func pod(
        address: Bool = true, terminating: Bool = false, drained: Condition? = nil
    ) -> PodStateMachine.Input {
        var pod = Pod(metadata: ObjectMeta(name: "web", namespace: "default"))
        if address { pod.podIPs = ["10.244.0.7"] }
        if terminating {
            pod.metadata.deletionTimestamp = "2026-08-01T12:00:00Z"
            pod.metadata.deletionGracePeriodSeconds = 7
        }
        pod.conditions = drained.map { [$0] } ?? []
        return .pod(pod)
    }

    static let drained = Condition(type: PodWords.drained, status: "True")
    static let lastOne = Condition(
        type: PodWords.drained, status: "False", reason: PodWords.onlyTerminatingLeft)

    /// Of a Service that publishes endpoints that are not ready: no replacement changes that.
    static let publishedUnready = Condition(
        type: PodWords.drained, status: "False", reason: "PublishesNotReadyAddresses")

    /// Feeds inputs, a second apart, and gives the actions of the last one.
    func feed(
        _ machine: inout PodStateMachine, _ inputs: PodStateMachine.Input...
    ) -> [PodStateMachine.Action] {
        var actions: [PodStateMachine.Action] = []
        for (second, input) in inputs.enumerated() {
            actions = machine.take(
                input, clock: .seconds(second), date: Self.start.advanced(by: Int64(second)))
        }
        return actions
    }

    func running(probe: Bool = false) -> PodStateMachine {
        var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: probe)
        _ = feed(&machine, pod(), .started)
        return machine
    }

    @Test func aPodStartsWhenItHasAnAddress() {
        var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(feed(&machine, pod(address: false)) == [])
        #expect(feed(&machine, pod()) == [.start(addresses: ["10.244.0.7"])])
        #expect(feed(&machine, pod()) == [])
        #expect(feed(&machine, .started) == [.writeStatus])
        #expect(machine.report.isReady)
    }

    @Test func withAProbeReadinessIsTheProbes() {
        var machine = running(probe: true)
        #expect(!machine.report.isReady)
        #expect(feed(&machine, .probe(isReady: true)) == [.writeStatus])
        #expect(machine.report.isReady)
        #expect(feed(&machine, .probe(isReady: false)) == [.writeStatus])
        #expect(!machine.report.isReady)
    }

    @Test func aStatusThatSomebodyElseChangedIsMended() {
        var machine = running()
        #expect(feed(&machine, pod()) == [.writeStatus])
        var ready = Pod(metadata: ObjectMeta(name: "web", namespace: "default"))
        ready.conditions = [Condition(type: "Ready", status: "True")]
        #expect(feed(&machine, .pod(ready)) == [])
    }

    @Test func aProcessThatEndsIsStartedAgainInItsPod() {
        var machine = running()
        #expect(
            feed(&machine, .exited(.exited(3))) == [.writeStatus, .setTimer(.restart, .zero)])
        #expect(!machine.report.isReady && machine.report.restarts == 1)
        #expect(feed(&machine, .timer(.restart)) == [.start(addresses: ["10.244.0.7"])])
        #expect(feed(&machine, .started) == [.writeStatus])
        #expect(machine.report.isReady)
        #expect(
            feed(&machine, .exited(.signaled(11)))
                == [.writeStatus, .setTimer(.restart, .seconds(10))])
        #expect(machine.report.last?.exitCode == 139)
    }

    @Test func stoppingWaitsUntilNothingNewIsSent() {
        var machine = running()
        #expect(feed(&machine, .stop) == [.delete, .setTimer(.drain, .seconds(10))])
        #expect(feed(&machine, pod(terminating: true)) == [])
        #expect(
            feed(&machine, pod(terminating: true, drained: Self.drained))
                == [.terminateProcess, .setTimer(.kill, .seconds(10)), .writeStatus])
        #expect(feed(&machine, .timer(.drain)) == [])
        #expect(feed(&machine, .exited(.signaled(15))) == [.finish])
    }

    @Test(arguments: [PodStateMachineTests.drained, PodStateMachineTests.publishedUnready])
    func aPodDeletedElsewhereIsDrainedAndReplaced(condition: Condition) {
        var machine = running()
        #expect(
            feed(&machine, pod(terminating: true))
                == [.replace, .setTimer(.drain, .seconds(7))])
        #expect(
            feed(&machine, pod(terminating: true, drained: condition))
                == [.terminateProcess, .setTimer(.kill, .seconds(7)), .writeStatus])
        #expect(feed(&machine, .timer(.kill)) == [.killProcess])
        #expect(feed(&machine, .exited(.signaled(9))) == [.finish])
    }

    @Test func theLastPodOfAServiceWaitsForTheOneInItsPlace() {
        var machine = running()
        _ = feed(&machine, pod(terminating: true))
        #expect(feed(&machine, pod(terminating: true, drained: Self.lastOne)) == [])
        #expect(
            feed(&machine, pod(terminating: true, drained: Self.drained))
                == [.terminateProcess, .setTimer(.kill, .seconds(7)), .writeStatus])
    }

    @Test func theLastPodOfAServiceWaitsNoLongerThanItsGracePeriod() {
        var machine = running()
        _ = feed(&machine, pod(terminating: true, drained: Self.lastOne))
        #expect(
            feed(&machine, .timer(.drain)) == [
                .terminateProcess, .setTimer(.kill, .seconds(7)), .writeStatus,
            ])
    }

    @Test func aStopEndsTheWaitForAReplacementThatWillNotCome() {
        var machine = running()
        _ = feed(&machine, pod(terminating: true), pod(terminating: true, drained: Self.lastOne))
        #expect(
            feed(&machine, .stop) == [
                .terminateProcess, .setTimer(.kill, .seconds(7)), .writeStatus,
            ])
    }

    @Test func theLastPodOfAStoppedRunnerWaitsForNothing() {
        var machine = running()
        _ = feed(&machine, .stop)
        #expect(
            feed(&machine, pod(terminating: true, drained: Self.lastOne))
                == [.terminateProcess, .setTimer(.kill, .seconds(10)), .writeStatus])
    }

    @Test func anUnansweredDrainEndsWithTheGracePeriod() {
        var machine = running()
        _ = feed(&machine, .stop)
        #expect(
            feed(&machine, .timer(.drain)) == [
                .terminateProcess, .setTimer(.kill, .seconds(10)), .writeStatus,
            ])
    }

    @Test func aConditionFromBeforeTheEndMeansNothing() {
        var machine = running()
        _ = feed(&machine, .stop)
        #expect(feed(&machine, pod(drained: Self.drained)) == [])
    }

    @Test func aPodThatIsGoneTakesItsProcessAlong() {
        var machine = running()
        #expect(feed(&machine, .podGone) == [.replace, .killProcess])
        #expect(feed(&machine, .podGone) == [])
        #expect(feed(&machine, .exited(.signaled(9))) == [.finish])
        var waiting = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(feed(&waiting, .podGone) == [.replace, .finish])
    }

    @Test func theSecondSignalKillsAtOnce() {
        var machine = running()
        _ = feed(&machine, .stop)
        #expect(feed(&machine, .kill) == [.killProcess])
        #expect(feed(&machine, .kill) == [])
    }

    @Test func withoutAProcessThereIsNothingToWaitFor() {
        var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(feed(&machine, .stop) == [.finish])
        var backingOff = running()
        #expect(feed(&backingOff, .exited(.exited(0)), .stop) == [.finish])
        #expect(feed(&backingOff, .timer(.restart)) == [])
    }

    @Test func aStopDuringTheStartTakesEffectAfterIt() {
        var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(feed(&machine, pod(), .stop) == [])
        #expect(
            feed(&machine, .started)
                == [.delete, .terminateProcess, .setTimer(.kill, .seconds(10)), .writeStatus])
        var failing = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(feed(&failing, pod(), .stop, .startFailed("no")) == [.finish])
    }

    @Test func aStartThatFailsIsTriedAgainLater() {
        var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: false)
        #expect(
            feed(&machine, pod(), .startFailed("exec x: EACCES"))
                == [.writeStatus, .setTimer(.restart, .seconds(10))])
        #expect(
            machine.report.state == .waiting(reason: "RunContainerError", message: "exec x: EACCES")
        )
    }

    @Test func theStatusKeepsWhatOthersWrote() throws {
        var machine = running(probe: true)
        let old = try JSON(
            parsing: Array(
                #"""
                {"podIP":"10.244.0.7","podIPs":[{"ip":"10.244.0.7"}],"conditions":[
                {"type":"pointsman.dev/Drained","status":"True"}]}
                """#.utf8))
        let first = machine.report.applied(to: old, container: "web", image: "sh", node: "n")
        #expect(first["podIP"] == "10.244.0.7" && first["phase"] == "Running")
        let types = first["conditions"]?.array?.compactMap { $0["type"]?.string }
        #expect(
            types == [
                "pointsman.dev/Drained", "PodScheduled", "Initialized", "ContainersReady", "Ready",
            ])
        #expect(Pod(json: ["status": first]).isReady == false)
        _ = feed(&machine, .probe(isReady: true))
        let second = machine.report.applied(to: first, container: "web", image: "sh", node: "n")
        #expect(Pod(json: ["status": second]).isReady)
        #expect(
            machine.report.applied(to: second, container: "web", image: "sh", node: "n") == second)
        _ = feed(&machine, .exited(.signaled(9)))
        let third = machine.report.applied(to: second, container: "web", image: "sh", node: "n")
        #expect(!Pod(json: ["status": third]).isReady)
        let container = try #require(third["containerStatuses"]?.array?.first)
        #expect(container["restartCount"] == 1)
        #expect(container.value(at: "state", "waiting", "reason") == "CrashLoopBackOff")
        #expect(container.value(at: "lastState", "terminated", "exitCode") == 137)
    }

    @Test func noOrderOfEventsTrapsOrStartsTwice() {
        var state: UInt64 = 99
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let inputs: [PodStateMachine.Input] = [
            pod(address: false), pod(), pod(terminating: true),
            pod(terminating: true, drained: Self.drained), .podGone, .started, .startFailed("no"),
            .exited(.exited(1)), .probe(isReady: true), .probe(isReady: false), .stop, .kill,
            .timer(.restart), .timer(.drain), .timer(.kill),
        ]
        for _ in 0..<3000 {
            var machine = PodStateMachine(gracePeriod: .seconds(10), hasProbe: random(2) == 0)
            var replacements = 0
            for step in 0..<25 {
                let before = machine.state
                let actions = machine.take(
                    inputs[random(inputs.count)], clock: .seconds(step), date: Self.start)
                for action in actions {
                    if case .start = action {
                        #expect(before == .waitingForAddress || before == .backingOff)
                    }
                    if action == .replace { replacements += 1 }
                }
                #expect(
                    before != .finished
                        || actions.allSatisfy { $0 == .replace || $0 == .writeStatus })
            }
            #expect(replacements <= 1)
        }
    }
}
