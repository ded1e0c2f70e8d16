import Synchronization

/// The in-memory side of a log: present entries, recent past, open watches. Any number of readers; one writer
/// at a time stages and publishes.
package final class LogMirror: Sendable {
    private struct State {
        var log: LogState
        var watches = WatchTable()
        var isClosed = false
    }

    /// What watches are told after a publication: last, so that whoever wrote does not wait for whoever watches.
    package struct News: Sendable {
        fileprivate let wakes: [WatchTable.Wake]

        package func tell() {
            for wake in wakes { wake.continuation.resume(returning: wake.answer) }
        }
    }

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
        // The view does not hold on to the history: the next write need not copy it.
        let view = try state.withLock { state throws(LogError) in
            try state.log.view(prefix, at: revision)
        }
        return view.page(after: after, limit: limit)
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

    /// Makes staged events the present and forgets what exceeds the history limit. The watches are told with `tell`.
    package func publish(_ events: [LogEvent]) -> News {
        state.withLock { state in
            let before = state.log.revision
            state.log.apply(events)
            let wakes = state.watches.deliver(events, after: before, state.log)
            if state.log.history.count > historyLimit + historyLimit / 4 {
                state.log.compact(
                    before: Revision(state.log.revision.value - UInt64(historyLimit)))
            }
            return News(wakes: wakes)
        }
    }

    package func compact(before revision: Revision) {
        state.withLock { $0.log.compact(before: revision) }
    }

    /// Ends every watch, now and from now on.
    package func close() {
        let wakes = state.withLock { state in
            state.isClosed = true
            return state.watches.removeAll()
        }
        News(wakes: wakes).tell()
    }

    package func watch(_ prefix: String, after revision: Revision) throws(LogError) -> any LogWatch
    {
        let id = try state.withLock { state throws(LogError) in
            if state.isClosed { throw LogError.closed }
            try state.log.check(revision)
            return state.watches.add(prefix, after: revision, state.log)
        }
        return MirrorWatch(mirror: self, id: id)
    }

    // MARK: The watches' side

    fileprivate func next(_ id: UInt64) async -> WatchTable.Answer {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { $0.watches.next(id, continuation, $0.log) }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    fileprivate func nudge(_ id: UInt64) {
        let wake = state.withLock { $0.watches.nudge(id, $0.log) }
        if let wake { wake.continuation.resume(returning: wake.answer) }
    }

    fileprivate func reached(_ id: UInt64) -> Revision? {
        state.withLock { $0.watches.reached(id, $0.log) }
    }

    fileprivate func settle(_ id: UInt64) -> Revision? {
        state.withLock { $0.watches.settle(id, $0.log) }
    }

    fileprivate func cancel(_ id: UInt64) {
        let wake = state.withLock { $0.watches.remove(id) }
        wake?.continuation.resume(returning: .success(nil))
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

    var reached: Revision? { mirror.reached(id) }
    func settle() -> Revision? { mirror.settle(id) }
    func nudge() { mirror.nudge(id) }
    func cancel() { mirror.cancel(id) }
}
