import Testing

@testable import Linux

@Suite struct ProcessIdentityTests {
    @Test(arguments: [
        "", "12", "12:", ":5", "0:5", "-3:5", "a:5", "12:5:7", "12:-5", "99999999999:1",
    ])
    func textThatIsNoIdentityIsRefused(_ text: String) {
        #expect(ProcessIdentity(text) == nil)
    }

    @Test func anIdentityComesBackFromItsText() throws {
        let own = try ProcessIdentity.current()
        #expect(ProcessIdentity(own.description) == own)
        #expect(own.isAlive)
    }

    @Test func aLaterProcessOfTheSameNumberIsAnotherOne() async throws {
        let own = try ProcessIdentity.current()
        let earlier = ProcessIdentity(pid: own.pid, startTime: own.startTime - 1)
        #expect(!earlier.isAlive)
        #expect(try await RunnerWatch.untilGone(earlier))
    }

    @Test(arguments: [
        ("7 (a) b) c) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 8 9", 4711 as UInt64?),
        ("7 (a) Z 1 7", nil), ("", nil), ("7 (a", nil),
    ])
    func theNameOfAProcessMayHoldAnything(line: String, startTime: UInt64?) {
        #expect(ProcessStat(line: line)?.startTime == startTime)
    }

    @Test func theEndOfAProcessIsTold() async throws {
        let process = try await SupervisedProcess.start(
            ProcessSpecification(command: ["/bin/sleep", "86395"], environment: [:]))
        let identity = try ProcessIdentity(pid: try #require(process.processes.first))
        async let gone = RunnerWatch.untilGone(identity)
        process.send(.terminate)
        #expect(try await gone)
        #expect(!identity.isAlive)
        #expect(await process.exit() == .signaled(15))
    }

    @Test func aWatchThatIsCancelledEnds() async throws {
        let own = try ProcessIdentity.current()
        let watch = Task { try await RunnerWatch.untilGone(own) }
        watch.cancel()
        #expect(try await watch.value == false)
    }

    @Test func signalsArriveInTheStream() async throws {
        let stream = try Signal.stream(of: [.user1])
        Signal.user1.raise()
        var seen = stream.makeAsyncIterator()
        #expect(await seen.next() == .user1)
    }

    @Test func randomLinesNeverTrap() {
        var state: UInt64 = 7
        for _ in 0..<5000 {
            let line = String(
                decoding: (0..<40).map { _ -> UInt8 in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Array("0123456789 ():Z-\u{0}".utf8)[Int(state >> 33) % 17]
                }, as: UTF8.self)
            _ = ProcessStat(line: line)
            _ = ProcessIdentity(line)
        }
    }
}
