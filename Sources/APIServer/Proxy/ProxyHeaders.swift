import NIOHTTP1

/// Which headers go through a proxy (RFC 9110, section 7.6.1).
enum ProxyHeaders {
    private static let hopByHop: Set = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Without those that are for the next hop only.
    static func endToEnd(_ headers: HTTPHeaders) -> HTTPHeaders {
        let named = headers[canonicalForm: "connection"].map { $0.lowercased() }
        var result = HTTPHeaders()
        for (name, value) in headers {
            let lowercased = name.lowercased()
            if hopByHop.contains(lowercased) || named.contains(lowercased) { continue }
            result.add(name: name, value: value)
        }
        return result
    }

    /// Says to the API server who the user is.
    static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "authorization" || name.hasPrefix("impersonate-")
    }
}
