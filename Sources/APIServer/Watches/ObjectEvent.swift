import KubeAPI
import Storage

/// What a watch reports.
enum ObjectEvent: Sendable {
    /// The type of an event that shows an object.
    enum Kind: String, Sendable, Hashable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"

        /// `{"type":"ADDED","object":…}` and a line feed.
        func line(_ object: [UInt8]) -> [UInt8] { Self.line(rawValue, object) }

        static func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
            var line = Array("{\"type\":\"\(type)\",\"object\":".utf8)
            line.reserveCapacity(line.count + object.count + 2)
            line += object
            line += "}\n".utf8
            return line
        }
    }

    var revision: Revision {
        switch self {
        case .initial(let value): value.revision
        case .change(_, let prepared): prepared.revision
        case .bookmark(let revision, _): revision
        }
    }

    /// An object that was there before the watch began.
    case initial(StoredValue)
    case change(Kind, PreparedEvent)
    /// Everything up to here has been reported; `endsInitial` marks the end of the initial events.
    case bookmark(Revision, endsInitial: Bool)
}
