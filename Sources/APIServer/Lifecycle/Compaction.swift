import KubeAPI
import Storage

/// Forgets the past of the log, minute by minute, that is older than the configuration wants.
struct Compaction: Sendable {
    let log: any RevisionLog
    /// How many minutes stay readable.
    let minutes: Int

    /// Works until the task is cancelled.
    func run() async throws(LogError) {
        var marks: [Revision] = []
        while true {
            marks.append(try await log.currentRevision())
            if marks.count > minutes { try await log.compact(before: marks.removeFirst()) }
            guard (try? await Task.sleep(for: .seconds(60))) != nil else { return }
        }
    }
}
