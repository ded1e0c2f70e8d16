/// Why a log refuses a request.
package enum LogError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A write's expectation does not hold; `current` is the revision of the present value, nil if there is none.
    case conflict(key: String, current: Revision?)
    /// The history up to `compacted` is gone: list again. A watch that reads too slowly ends with it too.
    case compacted(requested: Revision, compacted: Revision)
    /// The revision has not been written yet.
    case future(requested: Revision, current: Revision)
    /// The medium does not take or give data; nothing was acknowledged.
    case storage(String)
    case closed

    package var description: String {
        switch self {
        case .conflict(let key, let current?): "\(key) is at revision \(current)"
        case .conflict(let key, nil): "\(key) does not exist"
        case .compacted(let requested, let compacted):
            "revision \(requested) is too old: history is kept from \(compacted)"
        case .future(let requested, let current):
            "revision \(requested) is in the future: the newest is \(current)"
        case .storage(let why): why
        case .closed: "the log is closed"
        }
    }
}
