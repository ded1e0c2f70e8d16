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

    func list(
        _ prefix: String, at requested: Revision?, after: String?, limit: Int?
    ) throws(LogError) -> Page {
        let shown = requested ?? revision
        try check(shown)
        let past = shown == revision ? [:] : overlay(prefix, at: shown)
        var page = Page(entries: [], revision: shown, remaining: 0)
        var add = { (key: String, value: StoredValue) in
            if let after, key <= after { return }
            if let limit, page.entries.count >= limit {
                page.remaining += 1
            } else {
                page.entries.append(Entry(key: key, value: value))
            }
        }
        forEach(prefix, from: max(prefix, after ?? ""), past: past) { add($0, $1) }
        add = { _, _ in }
        return page
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

    /// Walks the entries of a prefix from a key on, as `past` corrects them, in the order of keys.
    private func forEach(
        _ prefix: String, from start: String, past: [String: StoredValue?],
        _ body: (String, StoredValue) -> Void
    ) {
        var removed = past.compactMap { key, value in value.map { (key, $0) } }
            .filter { $0.0 >= start && entries[$0.0] == nil }
            .sorted { $0.0 < $1.0 }[...]
        var position = entries.firstPosition(notBefore: start)
        while let (key, value) = entries.element(at: position), key.hasPrefix(prefix) {
            while let next = removed.first, next.0 < key {
                body(next.0, next.1)
                removed.removeFirst()
            }
            switch past[key] {
            case nil: body(key, value)
            case .some(let earlier): if let earlier { body(key, earlier) }
            }
            position = entries.position(after: position)
        }
        for (key, value) in removed { body(key, value) }
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
