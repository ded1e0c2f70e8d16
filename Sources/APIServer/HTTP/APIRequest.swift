import NIOHTTP1

/// A request as the routes see it: read completely, before any interpretation of the body.
struct APIRequest: Sendable {
    var method: String
    /// The decoded parts between the slashes of the path.
    var path: [String]
    var query: Query
    /// The path as it was sent.
    private(set) var rawPath: Substring
    /// The query as it was sent, with its "?"; "" without one.
    private(set) var rawQuery: String
    /// All headers.
    var headers = HTTPHeaders()
    /// All values of the Accept header, joined by commas; "" if absent.
    var accept = ""
    var contentType = ""
    var userAgent = ""
    var body: [UInt8] = []
    var credentials = ShownCredentials()
    /// Who sends it, as access control has found.
    var identity = Identity.anonymous

    /// Reads the target of a request line; nil if its escapes are bad.
    init?(method: String, target: String) {
        self.method = method
        let parts = Self.local(target)
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let query = Query(parsing: parts.count > 1 ? parts[1] : "") else { return nil }
        self.query = query
        rawPath = parts[0]
        rawQuery = parts.count > 1 ? "?\(parts[1])" : ""
        path = []
        for part in parts[0].split(separator: "/") {
            guard let decoded = PercentEncoding.decode(part) else { return nil }
            path.append(decoded)
        }
        readWatchPath()
    }

    /// Without scheme and authority, which a client may send to any server (RFC 9112, section 3.2.2).
    private static func local(_ target: String) -> Substring {
        guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else {
            return target[...]
        }
        let rest = target[scheme.upperBound...]
        return rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
    }

    /// `/api/v1/watch/…` is how watches were asked for before there was a parameter for it.
    private mutating func readWatchPath() {
        let index = path.first == "api" ? 2 : 3
        guard path.first == "api" || path.first == "apis", path.count > index + 1,
            path[index] == "watch"
        else { return }
        path.remove(at: index)
        query["watch"] = "true"
    }

    /// Asks for events until the client or the server ends it.
    var isWatch: Bool { (method == "GET" || method == "HEAD") && query.flag("watch") }

    /// Asks for JSON with line breaks; without the parameter, programs that people sit in front of are given it.
    var isPretty: Bool {
        if let asked = query["pretty"], !asked.isEmpty {
            return ["1", "t", "true"].contains(asked.lowercased())
        }
        return ["curl", "Wget", "Mozilla/5.0"].contains { userAgent.hasPrefix($0) }
    }
}
