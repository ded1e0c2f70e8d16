import KubeAPI
import Testing
import Watching

@Suite struct ReflectorStateMachineTests {
    private let backoff = Backoff(first: .seconds(1), longest: .seconds(8))

    @Test func listsFirstThenWatchesFromTheListsVersion() {
        var machine = ReflectorStateMachine(backoff: backoff)
        #expect(machine.start() == .list)
        #expect(machine.listed(at: ResourceVersion(7)) == .watch(since: ResourceVersion(7)))
    }

    @Test func resumesFromTheLastEventWhenTheServerEndsTheWatch() {
        var machine = ReflectorStateMachine(backoff: backoff)
        _ = machine.listed(at: ResourceVersion(7))
        machine.received(ResourceVersion(9))
        machine.received(ResourceVersion(12))
        let next = machine.watchEnded(after: .seconds(300), events: 2, jitter: 0)
        #expect(next == .watch(since: ResourceVersion(12)))
    }

    @Test(arguments: [Status.Reason.expired, .gone])
    func listsAgainWhenTheVersionIsCompacted(_ reason: Status.Reason) {
        var machine = ReflectorStateMachine(backoff: backoff)
        _ = machine.listed(at: ResourceVersion(7))
        #expect(machine.watchFailed(Status(reason, "too old"), jitter: 0) == .list)
        _ = machine.listed(at: ResourceVersion(8))
        // A second time in a row it is not done at once.
        #expect(machine.watchFailed(Status(reason, "too old"), jitter: 0) == .wait(.seconds(2)))
        #expect(machine.waited() == .list)
    }

    @Test func waitsLongerWithEachFailureUpToALimit() {
        var machine = ReflectorStateMachine(backoff: backoff)
        let waits = (0..<6).map { _ in machine.listFailed(jitter: 0) }
        let seconds = [1, 2, 4, 8, 8, 8]
        #expect(waits == seconds.map { .wait(.seconds($0)) })
        #expect(machine.waited() == .list)
    }

    @Test func aFailedWatchIsTriedAgainFromTheSameVersion() {
        var machine = ReflectorStateMachine(backoff: backoff)
        _ = machine.listed(at: ResourceVersion(7))
        let down = Status(.serviceUnavailable, "no route")
        #expect(machine.watchFailed(down, jitter: 0) == .wait(.seconds(1)))
        #expect(machine.waited() == .watch(since: ResourceVersion(7)))
        machine.received(ResourceVersion(8))
        #expect(machine.watchFailed(down, jitter: 0.5) == .wait(.milliseconds(1250)))
    }

    @Test func aWatchThatEndsAtOnceWithoutAnEventIsMetWithPatience() {
        var machine = ReflectorStateMachine(backoff: backoff)
        _ = machine.listed(at: ResourceVersion(7))
        #expect(
            machine.watchEnded(after: .milliseconds(2), events: 0, jitter: 0) == .wait(.seconds(1)))
        #expect(machine.waited() == .watch(since: ResourceVersion(7)))
    }

    @Test func anEventThatCannotBeReadIsAnsweredWithAList() {
        var machine = ReflectorStateMachine(backoff: backoff)
        _ = machine.listed(at: ResourceVersion(7))
        #expect(machine.watchUnreadable(jitter: 0) == .wait(.seconds(1)))
        #expect(machine.waited() == .list)
    }
}
