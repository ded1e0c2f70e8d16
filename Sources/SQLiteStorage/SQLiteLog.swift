import Dispatch
package import Storage
import Synchronization

/// A log in a SQLite database: one writer queue, which puts all the batches that wait for it into one
/// transaction, so that they share one fsync. Reads and watches are served from memory.
package final class SQLiteLog: RevisionLog {
    private typealias Outcome = Result<[StoredValue], LogError>
    private enum Job: Sendable {
        case append([Write], CheckedContinuation<Outcome, Never>)
        case compact(Revision, CheckedContinuation<Result<Void, LogError>, Never>)
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isScheduled = false
        /// After an I/O error what is on the medium is not known: nothing more is written.
        var failure: LogError?
    }

    private let mirror: LogMirror
    /// A serial queue has a thread of its own while it works: fsync never blocks the cooperative pool.
    private let queue = DispatchQueue(label: "pointsman.store")
    private let inbox = Mutex(Inbox())
    /// Used on the queue only.
    nonisolated(unsafe) private var store: Store?

    /// Opens or makes the database. Blocks while it reads what is there.
    /// - Parameters:
    ///   - path: of the database file; its directory must exist.
    ///   - historyLimit: how many writes stay readable as the past, at least.
    package init(path: String, historyLimit: Int = 10_000) throws(SQLiteError) {
        let store = try Store(path: path)
        let (entries, events) = try store.load()
        mirror = LogMirror(
            startingAt: store.compacted, entries: entries, historyLimit: historyLimit)
        _ = mirror.publish(events)
        self.store = store
    }

    package func append(_ writes: [Write]) async throws(LogError) -> [StoredValue] {
        try await withCheckedContinuation { submit(.append(writes, $0)) }.get()
    }

    package func compact(before revision: Revision) async throws(LogError) {
        try await withCheckedContinuation { submit(.compact(revision, $0)) }.get()
    }

    /// Ends all watches and closes the database, after the writes that have been handed over. Another process
    /// may open it then.
    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.inbox.withLock { if $0.failure == nil { $0.failure = .closed } }
                self.store = nil
                self.mirror.close()
                continuation.resume()
            }
        }
    }

    package func get(_ key: String) async throws(LogError) -> StoredValue? { mirror.get(key) }

    package func list(
        _ prefix: String, at revision: Revision?, after: String?, limit: Int?
    ) async throws(LogError) -> Page {
        try mirror.list(prefix, at: revision, after: after, limit: limit)
    }

    package func watch(
        _ prefix: String, after revision: Revision
    ) async throws(LogError) -> any LogWatch {
        try mirror.watch(prefix, after: revision)
    }

    package func currentRevision() async throws(LogError) -> Revision { mirror.revision }
    package func compactedRevision() async throws(LogError) -> Revision { mirror.compacted }

    // MARK: The writer

    private func submit(_ job: Job) {
        let mustSchedule = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Takes what has arrived, again and again: batches that arrive during one commit share the next.
    private func drain() {
        while true {
            let (jobs, failure) = inbox.withLock { inbox in
                let jobs = inbox.jobs
                inbox.jobs = []
                inbox.isScheduled = !jobs.isEmpty
                return (jobs, inbox.failure)
            }
            if jobs.isEmpty { return }
            if let failure { refuse(jobs, failure) } else { run(jobs) }
        }
    }

    private func run(_ jobs: [Job]) {
        var batches: [[Write]] = []
        var appends: [CheckedContinuation<Outcome, Never>] = []
        for case .append(let writes, let continuation) in jobs {
            batches.append(writes)
            appends.append(continuation)
        }
        let (outcomes, news) = commit(batches)
        for (continuation, outcome) in zip(appends, outcomes) {
            continuation.resume(returning: outcome)
        }
        news?.tell()
        if mirror.compacted.value >= compacted + 1000 { try? compactStore() }
        for case .compact(let revision, let continuation) in jobs {
            mirror.compact(before: revision)
            continuation.resume(returning: Result { () throws(LogError) in try compactStore() })
        }
    }

    /// The revision up to which the medium has forgotten what was.
    private var compacted: UInt64 { store?.compacted.value ?? .max / 2 }

    private func commit(_ batches: [[Write]]) -> ([Outcome], LogMirror.News?) {
        let (results, events) = mirror.stage(batches)
        guard !events.isEmpty, let store else { return (results, nil) }
        do throws(SQLiteError) { try store.write(events) } catch {
            let failure = LogError.storage("\(error)")
            if case .full = error {} else { inbox.withLock { $0.failure = failure } }
            return (results.map { $0.flatMap { _ in .failure(failure) } }, nil)
        }
        return (results, mirror.publish(events))
    }

    private func compactStore() throws(LogError) {
        do throws(SQLiteError) { try store?.compact(before: mirror.compacted) } catch {
            throw .storage("\(error)")
        }
    }

    private func refuse(_ jobs: [Job], _ failure: LogError) {
        for job in jobs {
            switch job {
            case .append(_, let continuation): continuation.resume(returning: .failure(failure))
            case .compact(_, let continuation): continuation.resume(returning: .failure(failure))
            }
        }
    }
}
