import APIClient
import KubeAPI
import Linux
import Watching

/// Writes the endpoints of one Service, and notes what may be in force.
struct EndpointWriter: Sendable {
    let service: Cluster.Service
    let client: APIClient
    let history = EndpointHistory()
    private static let patience = Duration.seconds(60)

    /// Makes the Service, with all backends as its endpoints.
    func create() async throws {
        let all = Set(Cluster.backends.indices)
        history.begin(all, at: MonotonicTime.nanoseconds)
        _ = try await client.create(.services, service.object)
        _ = try await client.create(.endpointSlices, service.slice(of: all))
        history.acknowledge(at: MonotonicTime.nanoseconds)
    }

    /// Changes the endpoints; while there is no server, again and again.
    func write(_ backends: Set<Int>) async throws {
        let deadline = ContinuousClock.now + Self.patience
        history.begin(backends, at: MonotonicTime.nanoseconds)
        while true {
            do throws(Status) {
                let patch: JSON = ["endpoints": Cluster.Service.endpoints(backends)]
                _ = try await client.patch(
                    .endpointSlices, service.sliceName, .merge(patch), subresource: nil)
                return history.acknowledge(at: MonotonicTime.nanoseconds)
            } catch {
                guard error.reason == .serviceUnavailable || error.reason == .timeout,
                    ContinuousClock.now < deadline
                else { throw error }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
