import SQLiteStorage
import Storage
import Synchronization

/// A durable log whose process dies after some number of appends: the writes under way are made or not, nobody
/// learns which, and nothing comes after them.
final class CrashingLog: RevisionLog {
    private struct State {
        var appendsLeft: Int
        /// The last append is carried out, and its answer is lost.
        let makesLast: Bool
        var isDead = false
    }

    private let log: SQLiteLog
    private let state: Mutex<State>

    /// - Parameter appends: so many are answered.
    init(path: String, appends: Int, makesLast: Bool) throws {
        log = try SQLiteLog(path: path)
        state = Mutex(State(appendsLeft: appends, makesLast: makesLast))
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    /// Dies now, if it has not yet; another log may open the file then.
    func crash() async {
        state.withLock { $0.isDead = true }
        await log.close()
    }

    func append(_ writes: [Write]) async throws(LogError) -> [StoredValue] {
        let isMade = state.withLock { state in
            if state.isDead { return false }
            state.appendsLeft -= 1
            if state.appendsLeft < 0 { state.isDead = true }
            return !state.isDead || state.makesLast
        }
        guard isMade else { throw .closed }
        let values = try await log.append(writes)
        // Also of those that began before the end.
        if isDead { throw .closed }
        return values
    }

    func get(_ key: String) async throws(LogError) -> StoredValue? {
        if isDead { throw .closed }
        return try await log.get(key)
    }

    func list(
        _ prefix: String, at revision: Revision?, after: String?, limit: Int?
    ) async throws(LogError) -> Page {
        if isDead { throw .closed }
        return try await log.list(prefix, at: revision, after: after, limit: limit)
    }

    func watch(
        _ prefix: String, after revision: Revision
    ) async throws(LogError) -> any LogWatch {
        try await log.watch(prefix, after: revision)
    }

    func compact(before revision: Revision) async throws(LogError) {
        try await log.compact(before: revision)
    }

    func currentRevision() async throws(LogError) -> Revision { try await log.currentRevision() }
    func compactedRevision() async throws(LogError) -> Revision {
        try await log.compactedRevision()
    }
}
