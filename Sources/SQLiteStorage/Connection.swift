import CSQLite

/// One open database. It is closed with its last reference; one thread at a time uses it.
final class Connection {
    let path: String
    private let handle: OpaquePointer

    /// Opens or makes the database; a new file is readable by its owner alone.
    init(path: String) throws(SQLiteError) {
        let errno = csqlite_make_private(path)
        if errno != 0 {
            throw .failed(path: path, why: String(cString: csqlite_reason(errno)))
        }
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard let handle else { throw .failed(path: path, why: "out of memory") }
        self.path = path
        self.handle = handle
        if code != SQLITE_OK { throw error(code) }
        sqlite3_extended_result_codes(handle, 1)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements without parameters and results.
    func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code) }
    }

    func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code) }
        return Statement(statement, of: self)
    }

    /// The first column of the only row.
    func text(_ sql: String) throws(SQLiteError) -> String {
        let statement = try prepare(sql)
        guard try statement.step() else { return "" }
        return statement.text(0)
    }

    /// As `text`, for an integer.
    func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try prepare(sql)
        guard try statement.step() else { return 0 }
        return statement.integer(0)
    }

    func error(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, path: path, why: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A compiled statement, used over and over.
final class Statement {
    private let statement: OpaquePointer
    private let connection: Connection

    init(_ statement: OpaquePointer, of connection: Connection) {
        self.statement = statement
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    /// Goes to the next row; false after the last, when the statement can be bound anew.
    func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(statement)
        if code == SQLITE_ROW { return true }
        sqlite3_reset(statement)
        if code != SQLITE_DONE { throw connection.error(code) }
        return false
    }

    /// Runs a statement that has no rows.
    func run() throws(SQLiteError) {
        while try step() {}
    }

    func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try check(sqlite3_bind_int64(statement, index, value))
    }

    func bind(_ index: Int32, _ value: String) throws(SQLiteError) {
        try check(csqlite_bind_text(statement, index, value, Int32(value.utf8.count)))
    }

    func bind(_ index: Int32, _ value: [UInt8]) throws(SQLiteError) {
        try check(csqlite_bind_blob(statement, index, value, Int32(value.count)))
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK { throw connection.error(code) }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(statement, column) else { return "" }
        return String(cString: text)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let blob = sqlite3_column_blob(statement, column) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, column))
        return [UInt8](UnsafeRawBufferPointer(start: blob, count: count))
    }
}
