/// A request as the routes see it: read completely, before any interpretation of the body.
struct APIRequest: Sendable {
    var method: String
    /// The decoded parts between the slashes of the path.
    var path: [String]
    var query: Query
    /// All values of the Accept header, joined by commas; "" if absent.
    var accept = ""
    var contentType = ""
    var userAgent = ""
    var body: [UInt8] = []
    var identity: Identity = .anonymous

    /// Reads the target of a request line; nil if its escapes are bad.
    init?(method: String, target: String) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let query = Query(parsing: parts.count > 1 ? parts[1] : "") else { return nil }
        self.query = query
        path = []
        for part in parts[0].split(separator: "/") {
            guard let decoded = PercentEncoding.decode(part) else { return nil }
            path.append(decoded)
        }
    }
}

/// Who sends a request.
struct Identity: Sendable, Equatable {
    var user: String
    var groups: [String]

    static let anonymous = Identity(user: "system:anonymous", groups: ["system:unauthenticated"])

    var isAnonymous: Bool { self == .anonymous }
    /// May do everything.
    var isMaster: Bool { groups.contains("system:masters") }
}
