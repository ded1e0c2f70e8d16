/// The newest writes, without a gap: event i has revision `compacted + 1 + i`.
struct History: Sendable {
    private var events: [LogEvent] = []
    private var start = 0
    /// The revision before the first event that is kept.
    private(set) var compacted: Revision

    init(compacted: Revision) { self.compacted = compacted }

    var count: Int { events.count - start }

    mutating func append(_ event: LogEvent) { events.append(event) }

    /// The events after a revision that is not before `compacted`.
    func after(_ revision: Revision) -> ArraySlice<LogEvent> {
        precondition(revision >= compacted)
        return events[min(start + Int(revision.value - compacted.value), events.count)...]
    }

    mutating func compact(before revision: Revision) {
        guard revision > compacted else { return }
        let dropped = min(Int(revision.value - compacted.value), count)
        start += dropped
        compacted.value += UInt64(dropped)
        if start > events.count / 2 {
            events.removeSubrange(..<start)
            start = 0
        }
    }
}
