/// One write as watches see it.
package struct LogEvent: Sendable, Equatable {
    package let action: Write.Action
    package let key: String
    /// The new value; of a delete the last state, with the revision of the delete.
    package let value: StoredValue
    /// What the key held before; nil where it was absent.
    package let previous: StoredValue?

    package init(
        action: Write.Action, key: String, value: StoredValue, previous: StoredValue?
    ) {
        self.action = action
        self.key = key
        self.value = value
        self.previous = previous
    }

    package var revision: Revision { value.revision }
}

/// What a watch hands over at once.
package struct EventBatch: Sendable {
    /// In the order of their revisions; empty after `LogWatch.nudge()`.
    package var events: [LogEvent]
    /// Every event of the watch up to here has been handed over.
    package var revision: Revision

    package init(events: [LogEvent], revision: Revision) {
        self.events = events
        self.revision = revision
    }
}

/// The entries of a prefix at one revision, or the first of them.
package struct Page: Sendable {
    /// In the order of their keys.
    package var entries: [Entry]
    /// The state of the log that the page shows.
    package var revision: Revision
    /// How many entries follow.
    package var remaining: Int

    package init(entries: [Entry], revision: Revision, remaining: Int) {
        self.entries = entries
        self.revision = revision
        self.remaining = remaining
    }
}
