import KubeAPI
import Storage

/// Deletes objects of one kind that are past their time, unless somebody else is faster.
struct Expiry: Sendable {
    private static let pause = Duration.seconds(60)

    let resource: Resource
    /// How many seconds an object is kept after its `moment`.
    let lifetime: Int64
    /// From when on its age is counted; nil: it never ends.
    let moment: @Sendable (JSON) -> Timestamp?
    /// What an object must still be when it is deleted.
    let precondition: @Sendable (StoredValue, ObjectMeta) -> DeleteOptions

    /// Works until the task is cancelled.
    func run(_ store: ObjectStore) async throws(Status) {
        while !Task.isCancelled {
            try await expire(store)
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
        }
    }

    /// Deletes what is too old now.
    func expire(_ store: ObjectStore) async throws(Status) {
        let oldest = store.configuration.now().advanced(by: -lifetime)
        let page = try await store.list(resource, ListRequest(selection: Selection()))
        for item in page.items {
            let object = try item.json()
            guard let moment = moment(object), moment < oldest else { continue }
            let metadata = ObjectMeta(json: object["metadata"] ?? [:])
            do throws(Status) {
                _ = try await store.delete(
                    resource, metadata.objectName, precondition(item, metadata))
            } catch {
                // It has been written or deleted meanwhile.
                if error.reason != .notFound, error.reason != .conflict { throw error }
            }
        }
    }
}

extension Expiry {
    /// Events go an hour after they were last written, as in Kubernetes: they tell of the recent past.
    static let events = Expiry(
        resource: .events, lifetime: 3600, moment: latestMoment(of:),
        precondition: { item, _ in
            var options = DeleteOptions()
            options.resourceVersion = item.revision.description
            return options
        })

    /// Tokens go a day after they have expired: until then a list shows why they are refused.
    static let tokens = Expiry(
        resource: .tokens, lifetime: 86_400, moment: { Token(json: $0).expiration },
        precondition: { _, metadata in DeleteOptions(uid: metadata.uid) })

    /// The latest of the moments that an Event names.
    private static func latestMoment(of event: JSON) -> Timestamp {
        let texts = [
            event["lastTimestamp"], event["eventTime"],
            event.value(at: "series", "lastObservedTime"),
            event.value(at: "metadata", "creationTimestamp"),
        ]
        return texts.compactMap { $0?.string.flatMap { Timestamp($0) } }.max()
            ?? Timestamp(secondsSinceEpoch: 0)
    }
}
