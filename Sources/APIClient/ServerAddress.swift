/// The host and port of an API server; always reached by HTTPS.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; IPv6 without brackets.
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `https://host[:port][/]`; nil for anything else. The default port is 443.
    package init?(url: String) {
        guard url.hasPrefix("https://") else { return nil }
        var rest = url.dropFirst("https://".count)
        if rest.last == "/" { rest = rest.dropLast() }
        guard !rest.isEmpty, !rest.contains("/"), !rest.contains("@") else { return nil }
        var port = 443
        if let colon = rest.lastIndex(of: ":"), rest.last != "]",
            !rest[..<colon].contains(":") || rest[..<colon].last == "]"
        {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65535).contains(number)
            else { return nil }
            port = number
            rest = rest[..<colon]
        }
        if rest.first == "[", rest.last == "]" { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty else { return nil }
        self.init(host: String(rest), port: port)
    }

    /// `host:port`, with brackets around an IPv6 address: the Host header.
    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
