/// The open watches of a log. Watches of one prefix are woken together, with one batch: what a write costs grows with
/// the prefixes that are watched, and only by a wake-up with the watches of each.
struct WatchTable {
    typealias Answer = Result<EventBatch?, LogError>
    typealias Wake = (continuation: CheckedContinuation<Answer, Never>, answer: Answer)

    private struct Watch {
        let prefix: String
        /// Everything up to here has been handed over; more where nothing of the prefix came since.
        var cursor: Revision
        /// Everything up to here had been handed over before the last batch was.
        var settled: Revision
        var isNudged = false
        var waiting: CheckedContinuation<Answer, Never>?
    }

    private struct Group {
        /// The newest revision that may have an event of the prefix.
        var newest: Revision
        /// They have been told everything.
        var waiting: Set<UInt64> = []
        /// Their readers are at work on the last batch.
        var busy: Set<UInt64> = []
    }

    /// The most events handed over at once.
    private static let batchLimit = 1000

    private var watches: [UInt64: Watch] = [:]
    private var groups: [String: Group] = [:]
    private var last: UInt64 = 0

    mutating func add(_ prefix: String, after revision: Revision, _ log: LogState) -> UInt64 {
        last += 1
        watches[last] = Watch(prefix: prefix, cursor: revision, settled: revision)
        groups[prefix, default: Group(newest: log.revision)].busy.insert(last)
        return last
    }

    /// Asks for the next batch: the answer, or nil, and the continuation gets it later.
    mutating func next(
        _ id: UInt64, _ continuation: CheckedContinuation<Answer, Never>, _ log: LogState
    ) -> Answer? {
        if let answer = take(id, log) { return answer }
        guard let prefix = watches[id]?.prefix else { return .success(nil) }
        watches[id]?.waiting = continuation
        groups[prefix]?.busy.remove(id)
        groups[prefix]?.waiting.insert(id)
        return nil
    }

    /// Hands new events to the watches that wait for them.
    /// - Parameter before: the revision before the first of them.
    mutating func deliver(
        _ events: [LogEvent], after before: Revision, _ log: LogState
    ) -> [Wake] {
        var wakes: [Wake] = []
        for (prefix, group) in groups {
            let matching = events.filter { $0.key.hasPrefix(prefix) }
            guard let newest = matching.last?.revision else { continue }
            // Who has missed nothing until now begins here, so that an idle watch never falls behind the history.
            for id in group.busy where watches[id]?.cursor ?? before >= group.newest {
                watches[id]?.cursor = before
            }
            groups[prefix]?.newest = newest
            var batch = EventBatch(events: matching, revision: log.revision)
            if matching.count > Self.batchLimit {
                batch.events.removeSubrange(Self.batchLimit...)
                batch.revision = batch.events[Self.batchLimit - 1].revision
            }
            groups[prefix]?.busy.formUnion(group.waiting)
            groups[prefix]?.waiting = []
            for id in group.waiting {
                guard let continuation = watches[id]?.waiting else { continue }
                watches[id]?.waiting = nil
                watches[id]?.cursor = batch.revision
                watches[id]?.settled = before
                watches[id]?.isNudged = false
                wakes.append((continuation, .success(batch)))
            }
        }
        return wakes
    }

    mutating func nudge(_ id: UInt64, _ log: LogState) -> Wake? {
        watches[id]?.isNudged = true
        guard let continuation = watches[id]?.waiting, let answer = take(id, log) else {
            return nil
        }
        stopWaiting(id)
        watches[id]?.waiting = nil
        return (continuation, answer)
    }

    /// Up to where everything has been dealt with: who asks for the next batch is done with the last one.
    func reached(_ id: UInt64, _ log: LogState) -> Revision? {
        watches[id].map { $0.waiting == nil ? $0.settled : log.revision }
    }

    /// Removes a watch that has been handed everything there is; nil where it has not.
    mutating func settle(_ id: UInt64, _ log: LogState) -> Revision? {
        guard let watch = watches[id], let group = groups[watch.prefix], !watch.isNudged else {
            return nil
        }
        if watch.cursor < group.newest {
            guard (try? log.check(watch.cursor)) != nil,
                log.events(watch.prefix, after: watch.cursor, limit: 1).events.isEmpty
            else { return nil }
        }
        _ = remove(id)
        return log.revision
    }

    mutating func remove(_ id: UInt64) -> Wake? {
        stopWaiting(id)
        guard let watch = watches.removeValue(forKey: id) else { return nil }
        groups[watch.prefix]?.busy.remove(id)
        if groups[watch.prefix]?.busy.isEmpty == true, groups[watch.prefix]?.waiting.isEmpty == true
        {
            groups[watch.prefix] = nil
        }
        return watch.waiting.map { ($0, .success(nil)) }
    }

    /// Ends all watches.
    mutating func removeAll() -> [Wake] {
        let wakes = watches.values.compactMap { watch in
            watch.waiting.map { Wake($0, .success(nil)) }
        }
        self = WatchTable()
        return wakes
    }

    private mutating func stopWaiting(_ id: UInt64) {
        guard let prefix = watches[id]?.prefix else { return }
        if groups[prefix]?.waiting.remove(id) != nil { groups[prefix]?.busy.insert(id) }
    }

    /// What the watch can read now; nil: it has to wait.
    private mutating func take(_ id: UInt64, _ log: LogState) -> Answer? {
        guard var watch = watches[id], let group = groups[watch.prefix] else {
            return .success(nil)
        }
        var batch = EventBatch(events: [], revision: log.revision)
        // Who has seen the newest event of the prefix has missed nothing, however far the log went on.
        if watch.cursor < group.newest {
            do throws(LogError) { try log.check(watch.cursor) } catch {
                _ = remove(id)
                return .failure(error)
            }
            batch = log.events(watch.prefix, after: watch.cursor, limit: Self.batchLimit)
        }
        let hasNews = !batch.events.isEmpty || watch.isNudged
        watch.settled = watch.cursor
        watch.cursor = batch.revision
        watch.isNudged = false
        watches[id] = watch
        return hasNews ? .success(batch) : nil
    }
}
