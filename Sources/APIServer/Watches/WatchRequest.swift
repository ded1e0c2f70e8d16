import KubeAPI
import Storage

/// What a watch asks for.
struct WatchRequest: Sendable {
    enum Start: Sendable, Equatable {
        /// Every object as an event, then the changes.
        case initial(notOlderThan: Revision)
        /// The changes after a revision.
        case after(Revision)
        /// The changes from now on.
        case now
    }

    var selection: Selection
    var start: Start
    /// Wants a bookmark at the end of the initial events.
    var marksInitialEnd = false
    var allowsBookmarks = false
    /// nil: the server chooses.
    var timeoutSeconds: Int64?
}

extension WatchRequest {
    /// Reads the query parameters of a watch.
    init(_ resource: Resource, namespace: String?, _ query: Query) throws(Status) {
        selection = try Selection(
            resource, namespace: namespace, labels: query["labelSelector"] ?? "",
            fields: query["fieldSelector"] ?? "")
        allowsBookmarks = query.flag("allowWatchBookmarks")
        let timeout = try query.number("timeoutSeconds") ?? 0
        timeoutSeconds = timeout > 0 ? timeout : nil
        let revision = try Revision(resourceVersion: query["resourceVersion"] ?? "") ?? .zero
        let sendsInitial = query["sendInitialEvents"] ?? ""
        try Self.check(sendsInitial: sendsInitial, match: query["resourceVersionMatch"] ?? "")
        switch sendsInitial {
        case "true":
            start = .initial(notOlderThan: revision)
            marksInitialEnd = allowsBookmarks
        case "false":
            start = revision > .zero ? .after(revision) : .now
        default:
            start = revision > .zero ? .after(revision) : .initial(notOlderThan: .zero)
        }
    }

    private static func check(sendsInitial: String, match: String) throws(Status) {
        guard ["", "true", "false"].contains(sendsInitial) else {
            throw .badRequest(
                "invalid value \"\(sendsInitial)\" of query parameter sendInitialEvents")
        }
        if sendsInitial.isEmpty, !match.isEmpty {
            throw .invalidOption(
                .forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                ))
        }
        if !sendsInitial.isEmpty, match != "NotOlderThan" {
            throw .invalidOption(
                .forbidden(
                    "resourceVersionMatch",
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        }
    }
}
