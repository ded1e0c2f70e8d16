import KubeAPI
import Synchronization
import TestSupport
import Testing
import Watching

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
    @Test func aKeyWaitsOnceHoweverOftenItIsAdded() {
        let queue = WorkQueue<String>()
        for key in ["a", "b", "a"] { queue.add(key) }
        #expect(queue.take() == "a")
        #expect(queue.take() == "b")
        #expect(queue.take() == nil)
    }

    @Test func aKeyThatIsAddedWhileItIsWorkedOnComesAgainAfterwards() {
        let queue = WorkQueue<String>()
        queue.add("a")
        #expect(queue.take() == "a")
        queue.add("a")
        #expect(queue.take() == nil)
        queue.done("a")
        #expect(queue.take() == "a")
        queue.done("a")
        #expect(queue.take() == nil)
    }

    @Test func aLongQueueKeepsItsOrderWhileItsRoomIsGivenBack() {
        let queue = WorkQueue<Int>()
        var expected = 0
        for round in 0..<3 {
            for key in 0..<20_000 { queue.add(round * 20_000 + key) }
            // What is added meanwhile comes last.
            while let key = queue.take() {
                #expect(key == expected)
                expected += 1
                queue.done(key)
            }
            #expect(expected == (round + 1) * 20_000)
        }
    }

    @Test func onlyTheLastTimerOfAKeyCounts() {
        let queue = WorkQueue<String>()
        let first = queue.arm("a")
        let second = queue.arm("a")
        queue.fire("a", first)
        #expect(queue.take() == nil)
        queue.fire("a", second)
        #expect(queue.take() == "a")
    }

    @Test func theDelayDoublesUpToALimit() {
        let backoff = Backoff(first: .milliseconds(5), longest: .milliseconds(30))
        let delays = (1...5).map { backoff.delay(attempt: $0) }
        #expect(delays == [5, 10, 20, 30, 30].map { .milliseconds($0) })
        #expect(backoff.delay(attempt: 1, jitter: 0.8) == .milliseconds(7))
        #expect(backoff.delay(attempt: 1_000_000) == .milliseconds(30))
    }

    /// Fails as often as it is told to, and notes what it did.
    private final class Worker: Reconciler {
        private let state: Mutex<(failures: Int, calls: [String])>
        let again: Duration?

        init(failures: Int = 0, again: Duration? = nil) {
            state = Mutex((failures, []))
            self.again = again
        }

        var calls: [String] { state.withLock { $0.calls } }

        func reconcile(_ key: String) async throws(Status) -> Reconciliation {
            let fails = state.withLock { state in
                state.calls.append(key)
                state.failures -= 1
                return state.failures >= 0
            }
            if fails { throw Status(.serviceUnavailable, "down") }
            return again.map { .again(after: $0) } ?? .done
        }
    }

    private func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    @Test func aRefusedKeyIsTriedAgainLaterAndLater() async {
        let time = ManualTime()
        let worker = Worker(failures: 2)
        let queue = WorkQueue<String>()
        let loop = ReconcileLoop(
            worker, queue: queue,
            backoff: Backoff(first: .seconds(1), longest: .seconds(60)), time: time.source)
        let task = Task { await loop.run() }
        queue.add("a")
        await until { time.sleepers == 1 }
        #expect(worker.calls == ["a"])
        time.advance(by: .seconds(1))
        await until { worker.calls.count == 2 && time.sleepers == 1 }
        time.advance(by: .milliseconds(1999))
        #expect(time.sleepers == 1)
        time.advance(by: .milliseconds(1))
        await until { worker.calls.count == 3 }
        task.cancel()
        await task.value
    }

    @Test func aKeyThatAsksForItComesAgain() async {
        let time = ManualTime()
        let worker = Worker(again: .seconds(30))
        let queue = WorkQueue<String>()
        let task = Task { await ReconcileLoop(worker, queue: queue, time: time.source).run() }
        queue.add("a")
        await until { time.sleepers == 1 }
        time.advance(by: .seconds(30))
        await until { worker.calls.count == 2 }
        task.cancel()
        await task.value
    }
}
