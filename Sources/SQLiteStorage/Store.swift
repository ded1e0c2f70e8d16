import Storage

/// The table of writes. Each row is one write; a row is dropped when it is both compacted and superseded (or a
/// delete), so that what is left of the compacted past is exactly the state at the compacted revision.
final class Store {
    /// "PtsM", in the header of the file.
    private static let applicationID: Int64 = 0x5074_734D
    private static let schemaVersion: Int64 = 1

    private let connection: Connection
    private let begin: Statement
    private let commit: Statement
    private let insert: Statement
    private let dropSuperseded: Statement
    private let dropDeletes: Statement
    private let setCompacted: Statement
    private(set) var compacted: Revision

    /// Opens the database, alone and durable, and makes the table in a new one.
    init(path: String) throws(SQLiteError) {
        connection = try Connection(path: path)
        try Self.lock(connection)
        try Self.identify(connection)
        try Self.makeDurable(connection)
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        insert = try connection.prepare(
            "INSERT INTO writes (revision, key, deleted, previous, value) VALUES (?, ?, ?, ?, ?)")
        dropSuperseded = try connection.prepare(
            """
            DELETE FROM writes WHERE revision IN
            (SELECT previous FROM writes WHERE revision > ? AND revision <= ? AND previous > 0)
            """)
        dropDeletes = try connection.prepare(
            "DELETE FROM writes WHERE revision > ? AND revision <= ? AND deleted")
        setCompacted = try connection.prepare("UPDATE state SET compacted = ?")
        compacted = try connection.revision(connection.integer("SELECT compacted FROM state"))
    }

    /// Keeps every other process out for as long as the connection is open.
    private static func lock(_ connection: Connection) throws(SQLiteError) {
        try connection.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT")
    }

    private static func identify(_ connection: Connection) throws(SQLiteError) {
        let application = try connection.integer("PRAGMA application_id")
        let version = try connection.integer("PRAGMA user_version")
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema")
        if application == 0 && version == 0 && tables == 0 { return try makeSchema(connection) }
        guard application == applicationID else {
            throw .foreign(path: connection.path, why: "it belongs to another program")
        }
        guard version == schemaVersion else {
            throw .foreign(
                path: connection.path, why: "its version is \(version), not \(schemaVersion)")
        }
        let check = try connection.text("PRAGMA quick_check(1)")
        guard check == "ok" else { throw .corrupt(path: connection.path, why: check) }
    }

    private static func makeSchema(_ connection: Connection) throws(SQLiteError) {
        try connection.execute(
            """
            BEGIN;
            CREATE TABLE writes (
                revision INTEGER PRIMARY KEY,
                key TEXT NOT NULL,
                deleted INTEGER NOT NULL,
                previous INTEGER NOT NULL,
                value BLOB NOT NULL
            );
            CREATE TABLE state (compacted INTEGER NOT NULL);
            INSERT INTO state VALUES (0);
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(schemaVersion);
            COMMIT;
            """)
    }

    /// Sets what an acknowledged write needs to survive, and reads it back from this very connection.
    private static func makeDurable(_ connection: Connection) throws(SQLiteError) {
        let journal = try connection.text("PRAGMA journal_mode = WAL")
        guard journal == "wal" else {
            throw .notDurable(path: connection.path, why: "journal_mode is \(journal), not wal")
        }
        // Nothing is read again but the way to the last row: half a MiB of pages does (negative: KiB).
        try connection.execute("PRAGMA cache_size = -512; PRAGMA synchronous = FULL")
        let synchronous = try connection.integer("PRAGMA synchronous")
        guard synchronous == 2 else {
            throw .notDurable(path: connection.path, why: "synchronous is \(synchronous), not 2")
        }
    }

    /// Reads the state at the compacted revision and the events since.
    func load() throws(SQLiteError) -> (entries: [Entry], events: [LogEvent]) {
        let rows = try connection.prepare(
            "SELECT revision, key, deleted, previous, value FROM writes ORDER BY revision")
        var present: [String: StoredValue] = [:]
        var events: [LogEvent] = []
        var last = compacted
        var base: [Entry] = []
        while try rows.step() {
            let value = StoredValue(
                bytes: rows.bytes(4), revision: try connection.revision(rows.integer(0)))
            let key = rows.text(1)
            let previous = present[key]
            let deleted = rows.integer(2) != 0
            present[key] = deleted ? nil : value
            if value.revision <= compacted {
                base.append(Entry(key: key, value: value))
                continue
            }
            guard value.revision == last.next,
                rows.integer(3) == Int64(previous?.revision.value ?? 0)
            else {
                throw .corrupt(path: connection.path, why: "writes before \(value.revision) lack")
            }
            last = value.revision
            events.append(
                LogEvent(
                    action: deleted ? .delete : .put, key: key, value: value, previous: previous))
        }
        return (base, events)
    }

    /// Writes events in one transaction: when this returns they are on the medium.
    func write(_ events: [LogEvent]) throws(SQLiteError) {
        try transaction { () throws(SQLiteError) in
            for event in events {
                try insert.bind(1, Int64(event.revision.value))
                try insert.bind(2, event.key)
                try insert.bind(3, event.action == .delete ? 1 : 0)
                try insert.bind(4, Int64(event.previous?.revision.value ?? 0))
                try insert.bind(5, event.value.bytes)
                try insert.run()
            }
        }
    }

    /// Drops what only the past before a revision needs.
    func compact(before revision: Revision) throws(SQLiteError) {
        guard revision > compacted else { return }
        try transaction { () throws(SQLiteError) in
            for statement in [dropSuperseded, dropDeletes] {
                try statement.bind(1, Int64(compacted.value))
                try statement.bind(2, Int64(revision.value))
                try statement.run()
            }
            try setCompacted.bind(1, Int64(revision.value))
            try setCompacted.run()
        }
        compacted = revision
    }

    private func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try begin.run()
        do throws(SQLiteError) {
            try body()
            try commit.run()
        } catch {
            try? connection.execute("ROLLBACK")
            throw error
        }
    }
}

extension Connection {
    fileprivate func revision(_ value: Int64) throws(SQLiteError) -> Revision {
        guard let value = UInt64(exactly: value) else {
            throw .corrupt(path: path, why: "\(value) is no revision")
        }
        return Revision(value)
    }
}
