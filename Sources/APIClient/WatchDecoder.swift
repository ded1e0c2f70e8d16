import KubeAPI
import Watching

/// Cuts the body of a watch into its events: one JSON document a line, whatever the chunks it comes in.
struct WatchDecoder {
    private var pending: [UInt8] = []

    /// The events that `bytes` completes. Throws the `Status` of an ERROR event.
    mutating func events(from bytes: [UInt8]) throws(Status) -> [WatchEvent] {
        var events: [WatchEvent] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            pending += bytes[start..<end]
            start = end + 1
            let line = pending
            pending.removeAll(keepingCapacity: true)
            if !line.isEmpty { events.append(try Self.event(line)) }
        }
        pending += bytes[start...]
        return events
    }

    private static func event(_ line: [UInt8]) throws(Status) -> WatchEvent {
        guard let json = try? JSON(parsing: line), let object = json["object"] else {
            throw Status.unreachable("the server sent a watch event that is not JSON")
        }
        switch json["type"]?.string {
        case "ADDED": return .added(EncodedObject(object))
        case "MODIFIED": return .modified(EncodedObject(object))
        case "DELETED": return .deleted(EncodedObject(object))
        case "BOOKMARK": return .bookmark(EncodedObject(object).resourceVersion)
        case "ERROR":
            throw Status(json: object) ?? Status(.internalError, "the watch failed")
        case let other:
            throw Status.unreachable("unknown watch event \(other ?? "without a type")")
        }
    }
}
