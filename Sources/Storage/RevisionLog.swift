/// An ordered log of writes to keys, and the state that they add up to. One counter numbers all writes; a bounded
/// part of the past stays readable.
package protocol RevisionLog: Sendable {
    /// Makes all the writes or none, in one step that others see whole; a key may appear once. Returns what was
    /// written, in order, once it is durable.
    func append(_ writes: [Write]) async throws(LogError) -> [StoredValue]

    /// The present value of a key.
    func get(_ key: String) async throws(LogError) -> StoredValue?

    /// The entries whose keys begin with `prefix`.
    /// - Parameters:
    ///   - revision: nil for the present.
    ///   - after: leaves out keys up to and including this one.
    ///   - limit: the most entries to return; nil for all.
    func list(
        _ prefix: String, at revision: Revision?, after: String?, limit: Int?
    ) async throws(LogError) -> Page

    /// Every write to keys that begin with `prefix` after a revision, in order, from the past into the future.
    func watch(_ prefix: String, after revision: Revision) async throws(LogError) -> any LogWatch

    /// Forgets how the state before `revision` was: lists and watches from before it are refused from now on.
    func compact(before revision: Revision) async throws(LogError)

    /// The revision of the newest write.
    func currentRevision() async throws(LogError) -> Revision

    /// The oldest revision that can be listed and watched from.
    func compactedRevision() async throws(LogError) -> Revision
}

extension RevisionLog {
    package func list(_ prefix: String) async throws(LogError) -> Page {
        try await list(prefix, at: nil, after: nil, limit: nil)
    }

    package func append(_ write: Write) async throws(LogError) -> StoredValue {
        try await append([write])[0]
    }
}

/// An open watch. One task at a time asks for the next batch.
package protocol LogWatch: Sendable {
    /// Waits for events; nil after `cancel()` or when the task is cancelled. Throws `compacted` when the reader
    /// was too slow for the history that is kept.
    func next() async throws(LogError) -> EventBatch?

    /// Makes a waiting (or the next) `next()` return at once, if need be with an empty batch: to learn how far
    /// the watch is.
    func nudge()

    /// Every event up to here was handed over before the last batch; while a task waits in `next()`, all there are. nil
    /// after the end.
    var reached: Revision? { get }

    /// Ends the watch if there is nothing to hand over now: every event up to the revision has been. nil: there is
    /// something, and the watch goes on. Not while a task waits in `next()`.
    func settle() -> Revision?

    /// Ends the watch.
    func cancel()
}
