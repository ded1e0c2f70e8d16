import Foundation
import SQLiteStorage
import Storage

/// The logs that keep the same contract.
enum LogKind: String, CaseIterable, Sendable {
    case memory
    case sqlite

    /// - Parameter historyLimit: how many writes stay readable as the past, at least.
    func make(historyLimit: Int = 10_000) throws -> any RevisionLog {
        switch self {
        case .memory: MemoryLog(historyLimit: historyLimit)
        case .sqlite:
            try SQLiteLog(path: TemporaryDirectory().path("store.db"), historyLimit: historyLimit)
        }
    }
}

/// Where all temporary files of this process are; removed at its end.
private let temporaryRoot: String = {
    atexit { try? FileManager.default.removeItem(atPath: temporaryRoot) }
    return FileManager.default.temporaryDirectory
        .appending(path: "pointsman-log-\(UUID().uuidString)").path()
}()

/// A directory that is removed at the end of the process.
struct TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = "\(temporaryRoot)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func path(_ file: String) -> String { "\(path)/\(file)" }
}

extension VersionedValue {
    /// `<text>@<revision>.`
    init(_ text: String) {
        self.init(head: Array("\(text)@".utf8), tail: Array(".".utf8))
    }
}

extension StoredValue {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension RevisionLog {
    @discardableResult
    func put(
        _ key: String, _ text: String = "", expecting: Write.Expectation = .any
    ) async throws(LogError) -> StoredValue {
        try await append(Write(.put, key, VersionedValue(text), expecting: expecting))
    }

    @discardableResult
    func delete(
        _ key: String, expecting: Write.Expectation = .any
    ) async throws(LogError) -> StoredValue {
        try await append(Write(.delete, key, VersionedValue("gone"), expecting: expecting))
    }

    func keys(_ prefix: String, at revision: Revision? = nil) async throws(LogError) -> [String] {
        try await list(prefix, at: revision, after: nil, limit: nil).entries.map(\.key)
    }
}

extension LogWatch {
    /// The next `count` events as `put a@1.` or `delete a@2.`
    func events(_ count: Int) async throws -> [String] {
        var found: [String] = []
        while found.count < count, let batch = try await next() {
            found += batch.events.map { "\($0.action) \($0.key) \($0.value.text)" }
        }
        return found
    }
}
