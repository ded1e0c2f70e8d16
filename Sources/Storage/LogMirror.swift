import Synchronization

/// The in-memory side of a log: present entries, recent past, open watches. Any number of readers; one writer
/// at a time stages and publishes.
package final class LogMirror: Sendable {
    private struct Watcher {
        let prefix: String
        /// Everything up to here has been handed over.
        var cursor: Revision
        var isNudged = false
        var waiting: CheckedContinuation<Result<EventBatch?, LogError>, Never>?
    }

    private struct State {
        var log: LogState
        var watchers: [UInt64: Watcher] = [:]
        var lastWatcher: UInt64 = 0
        var isClosed = false
    }

    private typealias Wake = (
        CheckedContinuation<Result<EventBatch?, LogError>, Never>, Result<EventBatch?, LogError>
    )

    /// The most events handed over at once.
    private static let batchLimit = 1000

    private let state: Mutex<State>
    private let historyLimit: Int

    /// - Parameters:
    ///   - revision: where the log begins: the past of it is compacted.
    ///   - historyLimit: how many writes stay readable as the past, at least.
    package init(startingAt revision: Revision = .zero, entries: [Entry] = [], historyLimit: Int) {
        state = Mutex(State(log: LogState(startingAt: revision, entries: entries)))
        self.historyLimit = historyLimit
    }

    package var revision: Revision { state.withLock { $0.log.revision } }
    package var compacted: Revision { state.withLock { $0.log.history.compacted } }

    package func get(_ key: String) -> StoredValue? { state.withLock { $0.log.get(key) } }

    package func list(
        _ prefix: String, at revision: Revision?, after: String?, limit: Int?
    ) throws(LogError) -> Page {
        let log = state.withLock { $0.log }
        return try log.list(prefix, at: revision, after: after, limit: limit)
    }

    /// Stages batches on the present state: what each of them came to, and the events of those that hold.
    package func stage(
        _ batches: [[Write]]
    ) -> (results: [Result<[StoredValue], LogError>], events: [LogEvent]) {
        var staging = Staging(on: state.withLock { $0.log })
        let results = batches.map { batch in
            Result { () throws(LogError) in try staging.stage(batch) }
        }
        return (results, staging.events)
    }

    /// Makes staged events the present, hands them to the watches, and forgets what exceeds the history limit.
    package func publish(_ events: [LogEvent]) {
        let wakes = state.withLock { state in
            let before = state.log.revision
            state.log.apply(events)
            let wakes = Self.deliver(events, after: before, &state)
            if state.log.history.count > historyLimit + historyLimit / 4 {
                state.log.compact(
                    before: Revision(state.log.revision.value - UInt64(historyLimit)))
            }
            return wakes
        }
        for (continuation, result) in wakes { continuation.resume(returning: result) }
    }

    package func compact(before revision: Revision) {
        state.withLock { $0.log.compact(before: revision) }
    }

    /// Ends every watch, now and from now on.
    package func close() {
        let wakes = state.withLock { state in
            state.isClosed = true
            let wakes = state.watchers.values.compactMap { watcher in
                watcher.waiting.map { ($0, Result<EventBatch?, LogError>.success(nil)) }
            }
            state.watchers.removeAll()
            return wakes
        }
        for (continuation, result) in wakes { continuation.resume(returning: result) }
    }

    package func watch(_ prefix: String, after revision: Revision) throws(LogError) -> any LogWatch
    {
        let result = state.withLock { state -> Result<UInt64, LogError> in
            if state.isClosed { return .failure(.closed) }
            do throws(LogError) { try state.log.check(revision) } catch { return .failure(error) }
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = Watcher(prefix: prefix, cursor: revision)
            return .success(state.lastWatcher)
        }
        return MirrorWatch(mirror: self, id: try result.get())
    }

    // MARK: The watches' side

    func next(_ id: UInt64) async -> Result<EventBatch?, LogError> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state in
                let result = Self.take(id, &state)
                if result == nil { state.watchers[id]?.waiting = continuation }
                return result
            }
            if let result { continuation.resume(returning: result) }
        }
    }

    func nudge(_ id: UInt64) {
        let wake = state.withLock { state -> Wake? in
            state.watchers[id]?.isNudged = true
            return Self.wake(id, &state)
        }
        if let (continuation, result) = wake { continuation.resume(returning: result) }
    }

    func cancel(_ id: UInt64) {
        let watcher = state.withLock { $0.watchers.removeValue(forKey: id) }
        watcher?.waiting?.resume(returning: .success(nil))
    }

    /// Wakes the waiting watches that have something to read. The cursor of those that are up to date and have
    /// nothing to read moves on, so that an idle watch never falls behind the history.
    private static func deliver(
        _ events: [LogEvent], after revision: Revision, _ state: inout State
    ) -> [Wake] {
        for (id, watcher) in state.watchers where watcher.cursor == revision {
            guard !events.contains(where: { $0.key.hasPrefix(watcher.prefix) }) else { continue }
            state.watchers[id]?.cursor = state.log.revision
        }
        let waiting = state.watchers.filter { $0.value.waiting != nil }.map(\.key)
        return waiting.compactMap { wake($0, &state) }
    }

    private static func wake(_ id: UInt64, _ state: inout State) -> Wake? {
        guard let continuation = state.watchers[id]?.waiting, let result = take(id, &state) else {
            return nil
        }
        state.watchers[id]?.waiting = nil
        return (continuation, result)
    }

    /// What the watch can read now; nil: it has to wait.
    private static func take(_ id: UInt64, _ state: inout State) -> Result<EventBatch?, LogError>? {
        guard var watcher = state.watchers[id] else { return .success(nil) }
        do throws(LogError) { try state.log.check(watcher.cursor) } catch {
            state.watchers[id] = nil
            return .failure(error)
        }
        let batch = state.log.events(watcher.prefix, after: watcher.cursor, limit: batchLimit)
        let hasNews = !batch.events.isEmpty || watcher.isNudged
        watcher.cursor = batch.revision
        watcher.isNudged = false
        state.watchers[id] = watcher
        return hasNews ? .success(batch) : nil
    }
}

/// One watch of a mirror.
private struct MirrorWatch: LogWatch {
    let mirror: LogMirror
    let id: UInt64

    func next() async throws(LogError) -> EventBatch? {
        let result = await withTaskCancellationHandler {
            await mirror.next(id)
        } onCancel: {
            mirror.cancel(id)
        }
        return try result.get()
    }

    func nudge() { mirror.nudge(id) }
    func cancel() { mirror.cancel(id) }
}
