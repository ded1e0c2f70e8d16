import KubeAPI
import Storage
import Synchronization

/// One write, shared by all the watches that see it: read once, encoded once a form.
final class PreparedEvent: Sendable {
    private struct Cache {
        var new: JSON?
        var old: JSON?
        /// Each is a line of a watch's answer.
        var chunks: [LineKey: WatchChunk] = [:]
    }

    private struct LineKey: Hashable {
        var type: ObjectEvent.Kind
        var form: ObjectForm
    }

    let event: LogEvent
    let resource: Resource
    var revision: Revision { event.revision }
    private let cache = Mutex(Cache())

    init(_ event: LogEvent, of resource: Resource) {
        self.resource = resource
        self.event =
            resource.storage == resource
            ? event
            : LogEvent(
                action: event.action, key: event.key, value: resource.shown(event.value),
                previous: event.previous.map(resource.shown))
    }

    /// What a watch with this selection makes of the write; nil: nothing.
    func kind(for selection: Selection) -> ObjectEvent.Kind? {
        guard !selection.selectsEverything else {
            if event.action == .delete { return .deleted }
            return event.previous == nil ? .added : .modified
        }
        let matched = event.previous != nil && selection.matches(old)
        let matches = event.action == .put && selection.matches(new)
        switch (matched, matches) {
        case (false, true): return .added
        case (true, true): return .modified
        case (true, false): return .deleted
        case (false, false): return nil
        }
    }

    /// The object to show. One that has only stopped to match a selection is shown as it was, with the revision
    /// of this write.
    func object(for kind: ObjectEvent.Kind) -> EncodedObject {
        guard kind == .deleted, event.action == .put, let previous = event.previous else {
            return event.value.object
        }
        let bytes = resource.value(of: previous.bytes).bytes(at: event.revision)
        return resource.shown(StoredValue(bytes: bytes, revision: event.revision)).object
    }

    /// The event as one line of a watch's answer, in a chunk of its own.
    /// - Parameter now: the moment that ages in tables are counted to.
    func chunk(_ kind: ObjectEvent.Kind, _ form: ObjectForm, now: Timestamp) -> WatchChunk {
        let key = LineKey(type: kind, form: form)
        if let chunk = cache.withLock({ $0.chunks[key] }) { return chunk }
        let chunk = WatchChunk(
            kind.line(form.encode(object(for: kind), of: resource, now: now)))
        cache.withLock { $0.chunks[key] = chunk }
        return chunk
    }

    private var new: JSON {
        if let json = cache.withLock({ $0.new }) { return json }
        let json = (try? event.value.json()) ?? .null
        cache.withLock { $0.new = json }
        return json
    }

    private var old: JSON {
        if let json = cache.withLock({ $0.old }) { return json }
        let json = (try? event.previous?.json()) ?? .null
        cache.withLock { $0.old = json }
        return json
    }
}

/// The newest events, so that watches that see the same write share it.
final class PreparedEvents: Sendable {
    private static let limit = 1024

    private struct State {
        var events: [Revision: PreparedEvent] = [:]
        var order: [Revision] = []
        var next = 0
    }

    private let state = Mutex(State())

    func prepared(_ event: LogEvent, of resource: Resource) -> PreparedEvent {
        state.withLock { state in
            if let known = state.events[event.revision] { return known }
            let prepared = PreparedEvent(event, of: resource)
            state.events[event.revision] = prepared
            if state.order.count < Self.limit {
                state.order.append(event.revision)
            } else {
                state.events[state.order[state.next]] = nil
                state.order[state.next] = event.revision
                state.next = (state.next + 1) % Self.limit
            }
            return prepared
        }
    }
}
