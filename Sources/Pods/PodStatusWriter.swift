import KubeAPI
import Synchronization
import Watching

/// Writes the status of one Pod: always the newest, again until the API has it.
final class PodStatusWriter: Sendable {
    private let client: any ObjectClient
    private let pod: ObjectName
    private let time: TimeSource
    private let container: String
    private let image: String
    private let node: String
    private let wanted: AsyncStream<PodStatusReport>
    private let wish: AsyncStream<PodStatusReport>.Continuation
    private let report: @Sendable (String) -> Void

    init(
        _ client: any ObjectClient, _ pod: ObjectName, _ object: PodObject, time: TimeSource,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.client = client
        self.pod = pod
        self.time = time
        container = object.configuration.name
        image = object.image
        node = object.node
        self.report = report
        (wanted, wish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func write(_ report: PodStatusReport) { wish.yield(report) }

    func finish() { wish.finish() }

    /// Runs until `finish`, or until the Pod is gone or the task cancelled.
    func run() async {
        for await report in wanted {
            guard await write(untilDone: report) else { return }
        }
    }

    /// False: there is nothing to write to any more.
    private func write(untilDone status: PodStatusReport) async -> Bool {
        var attempt = 0
        while !Task.isCancelled {
            do throws(Status) {
                try await writeOnce(status)
                return true
            } catch {
                switch error.reason {
                case .notFound: return false
                case .conflict: continue
                case .serviceUnavailable, .timeout, .tooManyRequests, .internalError, .unknown:
                    break
                case .badRequest, .unauthorized, .forbidden, .methodNotAllowed, .notAcceptable,
                    .alreadyExists, .gone, .expired, .requestEntityTooLarge,
                    .unsupportedMediaType, .invalid:
                    report("the API refuses the status of Pod \(pod): \(error)")
                    return true
                }
                attempt += 1
                if attempt == 1 { report("cannot write the status of Pod \(pod): \(error)") }
                let delay = Backoff.reflector.delay(attempt: min(attempt, 5))
                guard (try? await time.sleep(delay)) != nil else { return false }
            }
        }
        return false
    }

    private func writeOnce(_ report: PodStatusReport) async throws(Status) {
        let current = try await client.get(.pods, pod)
        guard var object = try? current.json() else { return }
        let old = object["status"] ?? [:]
        let new = report.applied(to: old, container: container, image: image, node: node)
        guard new != old else { return }
        object["status"] = new
        _ = try await client.update(.pods, object, subresource: "status")
    }
}
