import Synchronization

/// A log that lives as long as its process: for tests and throw-away clusters.
package final class MemoryLog: RevisionLog {
    private let mirror: LogMirror
    /// Held while a batch is staged and published.
    private let writer = Mutex(())

    /// - Parameter historyLimit: how many writes stay readable as the past, at least.
    package init(historyLimit: Int = 10_000) {
        mirror = LogMirror(historyLimit: historyLimit)
    }

    package func append(_ writes: [Write]) async throws(LogError) -> [StoredValue] {
        let result = writer.withLock { _ in
            let (results, events) = mirror.stage([writes])
            mirror.publish(events).tell()
            return results[0]
        }
        return try result.get()
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

    package func compact(before revision: Revision) async throws(LogError) {
        mirror.compact(before: revision)
    }

    package func currentRevision() async throws(LogError) -> Revision { mirror.revision }
    package func compactedRevision() async throws(LogError) -> Revision { mirror.compacted }
}
