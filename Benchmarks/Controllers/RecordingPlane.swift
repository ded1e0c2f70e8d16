import Addresses
import DataPlanes
import LoadBalancing
import Synchronization

/// A data plane that does nothing but note when a change arrived.
final class RecordingPlane: DataPlane {
    let name = "recording"

    /// A backend that is to come or to go.
    struct Expectation {
        var service: String
        var address: IPAddress
        var isPresent: Bool
    }

    private struct State {
        var backends = 0
        var expectation: Expectation?
        var waiter: CheckedContinuation<ContinuousClock.Instant, Never>?
        var arrival: ContinuousClock.Instant?
        var target = 0
        var ready: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func apply(
        _ table: ServiceTable, _ changes: ServiceTable.Changes
    ) async throws(DataPlaneError) -> [FrontendAddress: FrontendProblem] {
        let now = ContinuousClock.now
        state.withLock { state in
            for (port, change) in changes.servicePorts {
                state.backends +=
                    (change.new?.cluster.count ?? 0) - (change.old?.cluster.count ?? 0)
                guard let expected = state.expectation, expected.service == port.service,
                    change.new?.cluster.contains(where: { $0.address == expected.address })
                        == expected.isPresent
                else { continue }
                state.expectation = nil
                if let waiter = state.waiter {
                    waiter.resume(returning: now)
                } else {
                    state.arrival = now
                }
                state.waiter = nil
            }
            if state.backends >= state.target {
                state.ready?.resume()
                state.ready = nil
            }
        }
        return [:]
    }

    func prune(keeping table: ServiceTable) async throws(DataPlaneError) {}

    /// Call it before the change is made.
    func expect(_ expectation: Expectation) {
        state.withLock { state in
            state.expectation = expectation
            state.arrival = nil
        }
    }

    /// When the expected change was handed to the plane.
    func arrival() async -> ContinuousClock.Instant {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                if let arrival = state.arrival {
                    continuation.resume(returning: arrival)
                } else {
                    state.waiter = continuation
                }
            }
        }
    }

    func waitForBackends(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.target = count
                if state.backends >= count {
                    continuation.resume()
                } else {
                    state.ready = continuation
                }
            }
        }
    }
}
