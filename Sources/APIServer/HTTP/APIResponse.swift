import KubeAPI
import NIOHTTP1

/// An answer.
struct APIResponse: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Chunks until the stream ends.
        case stream(WatchStream)
        /// What a Pod answers, with its own headers.
        case proxied(ProxyExchange)
    }

    var code = 200
    var contentType = "application/json"
    /// Texts of `Warning` headers.
    var warnings: [String] = []
    var headers: [(name: String, value: String)] = []
    var body: Body

    init(_ code: Int = 200, bytes: [UInt8], contentType: String = "application/json") {
        self.code = code
        self.contentType = contentType
        body = .bytes(bytes)
    }

    init(_ code: Int = 200, json: JSON) {
        self.init(code, bytes: json.encoded())
    }

    init(_ code: Int = 200, text: String) {
        self.init(code, bytes: Array(text.utf8), contentType: "text/plain; charset=utf-8")
    }

    init(_ status: Status) {
        self.init(status.reason.code, json: status.json)
        if status.details.retryAfterSeconds > 0 {
            headers.append(("Retry-After", String(status.details.retryAfterSeconds)))
        }
    }

    init(proxied exchange: ProxyExchange) {
        code = Int(exchange.head.status.code)
        body = .proxied(exchange)
    }

    /// A JSON answer as YAML.
    func asYAML() -> APIResponse {
        guard case .bytes(let bytes) = body, contentType.hasPrefix("application/json"),
            let json = try? JSON(parsing: bytes)
        else { return self }
        var response = self
        response.contentType = MediaType.yaml
        response.body = .bytes(json.yaml)
        return response
    }

    /// It goes on and on.
    var isStream: Bool {
        switch body {
        case .bytes: false
        case .stream, .proxied: true
        }
    }

    /// Cuts a stream short: who gets it may no longer have it.
    @Sendable func end() {
        switch body {
        case .bytes: break
        case .stream(let stream): stream.end(with: Status(.unauthorized, "Unauthorized"))
        case .proxied(let exchange): exchange.ending()
        }
    }

    init(stream: WatchStream, contentType: String) {
        self.contentType = contentType
        body = .stream(stream)
    }

    /// The same for people to read, where it is one JSON document.
    func indented() -> APIResponse {
        guard contentType.hasPrefix("application/json"), case .bytes(let bytes) = body else {
            return self
        }
        var response = self
        response.body = .bytes(JSON.indented(bytes) + [UInt8(ascii: "\n")])
        return response
    }
}
