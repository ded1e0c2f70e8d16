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
        try ListOptionRules.watch(query).check("ListOptions")
        let revision = try Revision(resourceVersion: query["resourceVersion"] ?? "") ?? .zero
        // A watch from no state has always begun with what there is.
        let sendsInitial =
            query["sendInitialEvents"] == nil
            ? revision == .zero : query.flag("sendInitialEvents")
        if sendsInitial {
            start = .initial(notOlderThan: revision)
            marksInitialEnd = allowsBookmarks
        } else {
            start = revision > .zero ? .after(revision) : .now
        }
    }
}
