import Addresses
import KubeAPI
import Probing
import Watching

/// Runs one readiness probe for as long as its process lives.
struct ProbeLoop: Sendable {
    let probe: Probe
    let target: ProbeTarget
    let time: TimeSource

    /// `changed` is told each change of readiness, `failed` the first failure of each row of them.
    func run(
        changed: @Sendable (Bool) -> Void, failed: @Sendable (String) -> Void
    ) async {
        var state = ProbeState(probe, startedAt: time.now())
        var isFailing = false
        while !Task.isCancelled {
            guard (try? await time.sleep(max(.zero, state.nextRun - time.now()))) != nil else {
                return
            }
            let result = await ProbeCheck.run(probe.check, against: target, timeout: state.timeout)
            if Task.isCancelled { return }
            if state.record(result, at: time.now()) { changed(state.isReady) }
            switch result {
            case .success: isFailing = false
            case .failure(let message), .unsupported(let message):
                if !isFailing { failed(message) }
                isFailing = true
            }
        }
    }
}
