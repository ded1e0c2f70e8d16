import KubeAPI
import Storage
import Synchronization

/// An open watch of objects. One task at a time asks for the next events.
final class ObjectWatch: Sendable {
    private let watch: any LogWatch
    private let resource: Resource
    private let selection: Selection
    private let events: PreparedEvents
    let allowsBookmarks: Bool
    /// The first answer of `next`.
    private let first: FirstEvents

    init(
        _ watch: any LogWatch, _ resource: Resource, _ request: WatchRequest,
        _ events: PreparedEvents, initial: [ObjectEvent]
    ) {
        self.watch = watch
        self.resource = resource
        selection = request.selection
        self.events = events
        allowsBookmarks = request.allowsBookmarks
        first = FirstEvents(initial)
    }

    deinit { watch.cancel() }

    /// Waits for events; nil when the watch was ended. 410 when its reader was too slow.
    func next() async throws(Status) -> [ObjectEvent]? {
        if let initial = first.take() { return initial }
        while true {
            let batch: EventBatch?
            do throws(LogError) { batch = try await watch.next() } catch { throw error.status }
            guard let batch else { return nil }
            let changes = batch.events.compactMap { event -> ObjectEvent? in
                let prepared = events.prepared(event, of: resource)
                return prepared.kind(for: selection).map { .change($0, prepared) }
            }
            if !changes.isEmpty { return changes }
            // The batch is empty after a nudge: time for a bookmark.
            if batch.events.isEmpty, allowsBookmarks {
                return [.bookmark(batch.revision, endsInitial: false)]
            }
        }
    }

    /// Ends the watch if it has nothing to tell now: everything up to the revision has been told.
    func settle() -> Revision? { first.isEmpty ? watch.settle() : nil }

    /// Everything up to here was told before the last events; while a task waits for more, all there is.
    var reached: Revision? { watch.reached }

    /// Asks for a bookmark, where the watch allows them.
    func nudge() { watch.nudge() }

    func cancel() { watch.cancel() }
}

/// Events that are handed over once.
private final class FirstEvents: Sendable {
    private let events: Mutex<[ObjectEvent]?>

    init(_ events: [ObjectEvent]) { self.events = Mutex(events.isEmpty ? nil : events) }

    var isEmpty: Bool { events.withLock { $0 == nil } }

    func take() -> [ObjectEvent]? {
        events.withLock { events in
            defer { events = nil }
            return events
        }
    }
}

extension ObjectStore {
    /// Begins a watch.
    func watch(_ resource: Resource, _ request: WatchRequest) async throws(Status) -> ObjectWatch {
        switch request.start {
        case .after(let revision):
            try await reach(revision)
            return try await open(resource, request, after: revision, initial: [])
        case .now:
            let current = try await currentRevision()
            return try await open(resource, request, after: current, initial: [])
        case .initial(let oldest):
            var list = ListRequest(selection: request.selection)
            if oldest > .zero { list.state = .notOlderThan(oldest) }
            let page = try await self.list(resource, list)
            var initial = page.items.map { ObjectEvent.initial($0) }
            if request.marksInitialEnd {
                initial.append(.bookmark(page.revision, endsInitial: true))
            }
            return try await open(resource, request, after: page.revision, initial: initial)
        }
    }

    private func open(
        _ resource: Resource, _ request: WatchRequest, after revision: Revision,
        initial: [ObjectEvent]
    ) async throws(Status) -> ObjectWatch {
        do throws(LogError) {
            let watch = try await log.watch(
                request.selection.keyPrefix(resource), after: revision)
            return ObjectWatch(
                watch, resource, request, resource.storage == resource ? events : shownEvents,
                initial: initial)
        } catch {
            throw error.status
        }
    }
}
