import KubeAPI
import Probing
import Testing

@Suite struct ProbeStateTests {
    let start = Duration.seconds(1000)

    func probe(
        delay: Int64 = 0, period: Int64 = 10, success: Int64 = 1, failure: Int64 = 3
    ) -> Probe {
        var probe = Probe(check: .exec(command: ["true"]))
        probe.initialDelaySeconds = delay
        probe.periodSeconds = period
        probe.successThreshold = success
        probe.failureThreshold = failure
        return probe
    }

    /// `+` a success, `-` a failure; the answer says after each whether the container is ready.
    @Test(arguments: [
        ("+", 1 as Int64, 3 as Int64, "R"),
        ("-+", 1, 3, ".R"),
        ("+--+---+", 1, 3, "RRRRRR.R"),
        ("++-++", 2, 1, ".R..R"),
        ("+-+-++", 2, 3, ".....R"),
        ("+--++-", 1, 2, "RR.RRR"),
    ])
    func thresholdsCountAnswersInARow(
        answers: String, success: Int64, failure: Int64, expected: String
    ) {
        var state = ProbeState(probe(success: success, failure: failure), startedAt: start)
        var seen = ""
        for answer in answers {
            let before = state.isReady
            let changed = state.record(answer == "+" ? .success : .failure("no"), at: start)
            #expect(changed == (state.isReady != before))
            seen += state.isReady ? "R" : "."
        }
        #expect(seen == expected)
    }

    @Test func theFirstRunWaitsForTheInitialDelayAndTheOthersKeepTheRhythm() {
        var state = ProbeState(probe(delay: 7, period: 5), startedAt: start)
        #expect(state.nextRun == start + .seconds(7))
        _ = state.record(.success, at: start + .seconds(8))
        #expect(state.nextRun == start + .seconds(12))
    }

    @Test func runsMissedDuringASlowOneAreNotMadeUpFor() {
        var state = ProbeState(probe(period: 2), startedAt: start)
        _ = state.record(.success, at: start + .seconds(60))
        #expect(state.nextRun == start + .seconds(60))
    }

    @Test func aRestartMeansNotReadyUntilTheNextSuccess() {
        var state = ProbeState(probe(delay: 3), startedAt: start)
        _ = state.record(.success, at: start)
        let wasReady = state.restart(at: start + .seconds(20))
        #expect(wasReady)
        #expect(!state.isReady)
        #expect(state.nextRun == start + .seconds(23))
        let wasReadyAgain = state.restart(at: start + .seconds(21))
        #expect(!wasReadyAgain)
    }

    @Test func valuesBelowTheMinimumCountAsTheMinimum() {
        var probe = probe(delay: -5, period: 0, success: 0, failure: 0)
        probe.timeoutSeconds = 0
        var state = ProbeState(probe, startedAt: start)
        #expect(state.nextRun == start)
        #expect(state.timeout == .seconds(1))
        let changes = [
            state.record(.success, at: start), state.record(.unsupported("grpc"), at: start),
        ]
        #expect(changes == [true, true])
    }
}
