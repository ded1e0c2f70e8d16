/// Writes that have been checked against a state, but are not part of it yet: what a durable log writes down in
/// one go.
struct Staging {
    private let state: LogState
    private var changed: [String: StoredValue?] = [:]
    private var revision: Revision
    private(set) var events: [LogEvent] = []

    init(on state: LogState) {
        self.state = state
        revision = state.revision
    }

    /// Checks a batch and numbers its writes; a batch that fails leaves no trace.
    mutating func stage(_ writes: [Write]) throws(LogError) -> [StoredValue] {
        let before = (changed, revision, events.count)
        do throws(LogError) {
            return try writes.map { write throws(LogError) in try stage(write) }
        } catch {
            (changed, revision) = (before.0, before.1)
            events.removeSubrange(before.2...)
            throw error
        }
    }

    private mutating func stage(_ write: Write) throws(LogError) -> StoredValue {
        let present = if let staged = changed[write.key] { staged } else { state.get(write.key) }
        try Self.check(write, present)
        revision = revision.next
        let value = StoredValue(bytes: write.value.bytes(at: revision), revision: revision)
        events.append(
            LogEvent(action: write.action, key: write.key, value: value, previous: present))
        switch write.action {
        case .put: changed.updateValue(value, forKey: write.key)
        case .delete: changed.updateValue(nil, forKey: write.key)
        }
        return value
    }

    private static func check(_ write: Write, _ present: StoredValue?) throws(LogError) {
        let holds =
            switch write.expectation {
            case .any: write.action == .put || present != nil
            case .absent: present == nil && write.action == .put
            case .revision(let revision): present?.revision == revision
            }
        if !holds { throw .conflict(key: write.key, current: present?.revision) }
    }
}
