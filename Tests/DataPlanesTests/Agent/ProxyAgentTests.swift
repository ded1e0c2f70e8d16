import Addresses
import DataPlanes
import KubeAPI
import LoadBalancing
import TestSupport
import Testing
import Watching

@Suite(.timeLimit(.minutes(1))) struct ProxyAgentTests {
    @Test func `After the first lists the plane is pruned, then gets the whole table`() async throws
    {
        let scene = AgentScene()
        scene.putService()
        scene.putSlice(ready: ["10.0.0.1"])
        #expect(!scene.agent.isSynced)
        try await scene.run { calls in
            var calls = calls
            guard case .prune(let pruned) = await calls.next(),
                case .apply(let table, let changes) = await calls.next()
            else {
                Issue.record("not prune, then apply")
                return
            }
            #expect(pruned == table)
            #expect(table.servicePorts[AgentScene.webPort]?.cluster.count == 1)
            #expect(table.frontends[AgentScene.webAddress]?.kind == .clusterIP)
            #expect(changes.nodeChanged)
            // The next call shows that the first round is over.
            scene.putSlice(ready: ["10.0.0.2"])
            _ = await calls.next()
            #expect(scene.agent.isSynced)
            #expect(await scene.agent.view()?.table.frontends.count == 1)
        }
    }

    @Test func `A change is applied as the difference`() async throws {
        let scene = AgentScene()
        scene.putService()
        scene.putSlice(ready: ["10.0.0.1"])
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.putSlice(ready: ["10.0.0.1", "10.0.0.2"])
            guard case .apply(let table, let changes) = await calls.next() else {
                Issue.record("no apply")
                return
            }
            #expect(table.servicePorts[AgentScene.webPort]?.cluster.count == 2)
            #expect(changes.servicePorts.keys.map(\.service) == ["web"])
            #expect(changes.frontends.isEmpty)
            scene.cluster.remove(.services, AgentScene.web)
            guard case .apply(let empty, let removal) = await calls.next() else {
                Issue.record("no apply")
                return
            }
            #expect(empty.frontends.isEmpty && empty.servicePorts.isEmpty)
            #expect(removal.frontends[AgentScene.webAddress]?.old != nil)
            #expect(scene.plane.misfits == [])
        }
    }

    @Test func `What comes while the plane is busy is applied at once, together, afterwards`()
        async throws
    {
        let scene = AgentScene()
        scene.putService()
        scene.putSlice(ready: ["10.0.0.1"])
        scene.plane.hold()
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            // The reflectors see these while the apply hangs.
            for count in 2...9 { scene.putSlice(ready: (1...count).map { "10.0.0.\($0)" }) }
            scene.plane.letGo()
            var last: ServiceTable?
            var applies = 0
            while last?.servicePorts[AgentScene.webPort]?.cluster.count != 9 {
                guard case .apply(let table, _) = await calls.next() else { break }
                last = table
                applies += 1
            }
            #expect((1...8).contains(applies))
            #expect(scene.plane.misfits == [])
        }
    }

    @Test func `After a failure everything is pruned and applied again, with a growing delay`()
        async throws
    {
        let scene = AgentScene()
        scene.putService()
        scene.putSlice(ready: ["10.0.0.1"])
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.plane.failNext(2)
            scene.putSlice(ready: ["10.0.0.2"])
            let failed = await calls.next()
            #expect(failed == .failed)
            await scene.time.waitForSleeper()
            #expect(scene.agent.failure?.description == "told to fail")
            // A change in the meantime is no reason to try earlier.
            scene.putSlice(ready: ["10.0.0.3"])
            scene.time.advance(by: .milliseconds(50))
            guard case .prune = await calls.next() else {
                Issue.record("no prune")
                return
            }
            let again = await calls.next()
            #expect(again == .failed)
            await scene.time.waitForSleeper()
            scene.time.advance(by: .milliseconds(100))
            guard case .prune = await calls.next() else {
                Issue.record("no prune")
                return
            }
            var backends: [IPAddress] = []
            while backends != [IPAddress("10.0.0.3")!] {
                guard case .apply(let table, _) = await calls.next() else {
                    Issue.record("no apply")
                    return
                }
                backends = (table.servicePorts[AgentScene.webPort]?.cluster ?? []).map(\.address)
            }
            #expect(scene.plane.misfits == [])
        }
    }

    @Test func `Every snapshot is handed on with the Services that changed`() async throws {
        let scene = AgentScene()
        scene.putService()
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.putSlice(ready: ["10.0.0.1"])
            _ = await calls.next()
            scene.putSlice(ready: ["10.0.0.2"])
            _ = await calls.next()
            #expect(scene.snapshots.all.prefix(2) == [[AgentScene.web], [AgentScene.web]])
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct DrainedConditionTests {
    @Test func `A Pod is drained once the table without it is applied, not before`() async throws {
        let scene = AgentScene()
        scene.putService()
        scene.putPod("10.0.0.1")
        scene.putSlice(ready: ["10.0.0.1", "10.0.0.2"])
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.putPod("10.0.0.1", terminating: true)
            scene.plane.hold()
            scene.putSlice(ready: ["10.0.0.2"], leaving: ["10.0.0.1"])
            _ = await calls.next()
            let early = scene.cluster.objects(Pod.self).flatMap(\.conditions)
            #expect(early.isEmpty)
            scene.plane.letGo()
            let condition = try await scene.podCondition("10.0.0.1")
            #expect(condition?.status == "True")
            #expect(condition?.reason == "NothingSent")
            #expect(condition?.lastTransitionTime == scene.time.source.timestamp.description)
        }
    }

    @Test func `A Pod that is the last resort of its Service is told so`() async throws {
        let scene = AgentScene()
        scene.putService()
        scene.putPod("10.0.0.1")
        scene.putSlice(ready: ["10.0.0.1"])
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.putPod("10.0.0.1", terminating: true)
            scene.putSlice(ready: [], leaving: ["10.0.0.1"])
            let condition = try await scene.podCondition("10.0.0.1")
            #expect(condition?.status == "False")
            #expect(condition?.reason == "OnlyTerminatingLeft")
        }
    }

    @Test func `A Pod that is published whatever its state is told so: no replacement changes it`()
        async throws
    {
        let scene = AgentScene()
        scene.putService { $0.spec.publishNotReadyAddresses = true }
        scene.putPod("10.0.0.1", terminating: true)
        scene.putSlice(ready: ["10.0.0.1"], leaving: ["10.0.0.1"])
        try await scene.run { _ in
            let condition = try await scene.podCondition("10.0.0.1")
            #expect(condition?.status == "False")
            #expect(condition?.reason == "PublishesNotReadyAddresses")
        }
    }

    @Test func `A Pod that no Service knows is drained at once`() async throws {
        let scene = AgentScene()
        scene.putPod("10.0.0.9", terminating: true)
        try await scene.run { _ in
            let condition = try await scene.podCondition("10.0.0.9")
            #expect(condition?.status == "True")
        }
    }

    @Test func `A refused write of the condition is tried again`() async throws {
        let scene = AgentScene()
        scene.putPod("10.0.0.9", terminating: true)
        scene.cluster.fail("update", .pods, with: .conflict(.pods, "pod-10.0.0.9"))
        try await scene.run { _ in
            await scene.time.waitForSleeper()
            scene.time.advance(by: .seconds(1))
            let condition = try await scene.podCondition("10.0.0.9")
            #expect(condition?.status == "True")
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct ProxiedConditionTests {
    private static let problem = FrontendProblem(
        reason: "PortNeedsPrivilege", message: "port 80 needs privilege; run as root")

    @Test func `A frontend that cannot be served is a condition and an Event, and so is its end`()
        async throws
    {
        let scene = AgentScene()
        scene.plane.answer([AgentScene.webAddress: Self.problem])
        scene.putService()
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            let condition = try await scene.serviceCondition()
            #expect(condition?.status == "False")
            #expect(condition?.reason == "PortNeedsPrivilege")
            #expect(condition?.message == "port 80 needs privilege; run as root")
            scene.agent.take([:])
            let fixed = try await scene.serviceCondition { $0.status == "True" }
            #expect(fixed?.reason == "Proxied")
            let events = scene.cluster.objects(Event.self)
            #expect(events.map(\.reason) == ["PortNeedsPrivilege"])
            #expect(events.first?.type == "Warning")
            #expect(events.first?.involvedObject.name == "web")
        }
    }

    @Test func `An invalid annotation is a condition; a correct Service never gets one`()
        async throws
    {
        let scene = AgentScene()
        scene.putService()
        try await scene.run { calls in
            var calls = calls
            _ = await calls.next()
            _ = await calls.next()
            scene.putService { $0.metadata.annotations[Scheduler.annotation] = "fastest" }
            let condition = try await scene.serviceCondition()
            #expect(condition?.reason == "InvalidScheduler")
            let writes = scene.cluster.takeWrites().filter { $0.resource == .services }
            #expect(writes.count == 1)
        }
    }

    @Test func `What an earlier run complained about is taken back`() async throws {
        let scene = AgentScene()
        scene.putService {
            $0.status.conditions = [
                Condition(type: "pointsman.dev/Proxied", status: "False", reason: "PortInUse")
            ]
        }
        try await scene.run { _ in
            let condition = try await scene.serviceCondition()
            #expect(condition?.status == "True")
        }
    }
}
