import KubeAPI
import Storage

/// Deletes Events an hour after they were last written, as Kubernetes does: they tell of the recent past.
struct EventExpiry: Sendable {
    private static let lifetime: Int64 = 3600

    let store: ObjectStore

    /// Works until the task is cancelled.
    func run() async throws(Status) {
        while !Task.isCancelled {
            try await expire()
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
        }
    }

    /// Deletes what is too old now.
    func expire() async throws(Status) {
        let oldest = store.configuration.now().advanced(by: -Self.lifetime)
        let page = try await store.list(.events, ListRequest(selection: Selection()))
        for item in page.items {
            let event = try item.json()
            guard Self.time(of: event) < oldest else { continue }
            let metadata = ObjectMeta(json: event["metadata"] ?? [:])
            var options = DeleteOptions()
            options.resourceVersion = item.revision.description
            do throws(Status) {
                _ = try await store.delete(.events, metadata.objectName, options)
            } catch {
                // It has been written or deleted meanwhile.
                if error.reason != .notFound, error.reason != .conflict { throw error }
            }
        }
    }

    /// The latest of the moments that an Event names.
    private static func time(of event: JSON) -> Timestamp {
        let texts = [
            event["lastTimestamp"], event["eventTime"],
            event.value(at: "series", "lastObservedTime"),
            event.value(at: "metadata", "creationTimestamp"),
        ]
        return texts.compactMap { $0?.string.flatMap { Timestamp($0) } }.max()
            ?? Timestamp(secondsSinceEpoch: 0)
    }
}
