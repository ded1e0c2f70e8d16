import CSQLite

/// Why a database cannot be used.
package enum SQLiteError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process holds the database.
    case inUse(path: String)
    /// The file is a database of another program, or of a newer version of this one.
    case foreign(path: String, why: String)
    case corrupt(path: String, why: String)
    /// SQLite does not do what durability needs.
    case notDurable(path: String, why: String)
    /// No room is left. The writes were taken back; later ones may succeed.
    case full(path: String)
    /// Any other answer of SQLite or the file system.
    case failed(path: String, why: String)

    package var description: String {
        switch self {
        case .inUse(let path): "\(path) is in use by another process"
        case .foreign(let path, let why): "\(path) is not a store of Pointsman: \(why)"
        case .corrupt(let path, let why): "\(path) is damaged: \(why)"
        case .notDurable(let path, let why): "\(path) cannot be written durably: \(why)"
        case .full(let path): "no room is left for \(path)"
        case .failed(let path, let why): "\(path): \(why)"
        }
    }

    /// The error for a result code of SQLite.
    init(code: Int32, path: String, why: String) {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .inUse(path: path)
        case SQLITE_NOTADB: self = .foreign(path: path, why: why)
        case SQLITE_CORRUPT: self = .corrupt(path: path, why: why)
        case SQLITE_FULL: self = .full(path: path)
        default: self = .failed(path: path, why: why)
        }
    }
}
