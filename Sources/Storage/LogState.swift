/// What a log holds in memory, as a value: the present entries and the recent past.
struct LogState: Sendable {
    private(set) var entries = OrderedMap<StoredValue>()
    private(set) var history: History
    private(set) var revision: Revision

    /// A log that begins at a revision with these entries, none of them newer.
    init(startingAt revision: Revision, entries: [Entry]) {
        self.revision = revision
        history = History(compacted: revision)
        for entry in entries { self.entries[entry.key] = entry.value }
    }

    func get(_ key: String) -> StoredValue? { entries[key] }

    mutating func apply(_ events: [LogEvent]) {
        for event in events {
            precondition(event.revision == revision.next, "events come in order")
            revision = event.revision
            switch event.action {
            case .put: entries[event.key] = event.value
            case .delete: entries[event.key] = nil
            }
            history.append(event)
        }
    }

    mutating func compact(before revision: Revision) {
        history.compact(before: min(revision, self.revision))
    }

    func check(_ requested: Revision) throws(LogError) {
        if requested < history.compacted {
            throw .compacted(requested: requested, compacted: history.compacted)
        }
        if requested > revision { throw .future(requested: requested, current: revision) }
    }

    /// The entries of a prefix at a revision; nil for the present.
    func view(_ prefix: String, at requested: Revision?) throws(LogError) -> LogView {
        let shown = requested ?? revision
        try check(shown)
        return LogView(
            prefix: prefix, revision: shown, entries: entries,
            past: shown == revision ? [:] : overlay(prefix, at: shown))
    }

    /// What the keys that changed after a revision held at it; nil for absent.
    private func overlay(_ prefix: String, at revision: Revision) -> [String: StoredValue?] {
        var past: [String: StoredValue?] = [:]
        for event in history.after(revision) where event.key.hasPrefix(prefix) {
            if past.index(forKey: event.key) == nil {
                past.updateValue(event.previous, forKey: event.key)
            }
        }
        return past
    }

    /// Events of a prefix after a revision, at most `limit`, and how far they reach.
    func events(_ prefix: String, after revision: Revision, limit: Int) -> EventBatch {
        var batch = EventBatch(events: [], revision: self.revision)
        for event in history.after(revision) where event.key.hasPrefix(prefix) {
            batch.events.append(event)
            if batch.events.count == limit {
                batch.revision = event.revision
                break
            }
        }
        return batch
    }
}
