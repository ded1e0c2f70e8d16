/// An answer to an HTTP request; the connection ends with it.
struct HTTPResponse: Equatable, Sendable {
    var code: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    init(_ code: Int, _ fields: [(name: String, value: String)] = [], body: [UInt8]) {
        self.code = code
        self.fields = fields
        self.body = body
    }

    /// What the caller has done wrong, in a line of text.
    static func refusal(_ code: Int) -> HTTPResponse {
        HTTPResponse(
            code, [("Content-Type", "text/plain; charset=utf-8")],
            body: Array("\(code) \(reason(code).lowercased())\n".utf8))
    }

    /// JSON, as the health servers of kube-proxy send it.
    static func json(
        _ code: Int, _ body: [UInt8], _ fields: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            code,
            [("Content-Type", "application/json"), ("X-Content-Type-Options", "nosniff")] + fields,
            body: body)
    }

    /// - Parameter method: of the request; an answer to HEAD has no body, and says how long it would be.
    func encoded(for method: String) -> [UInt8] {
        var text = "HTTP/1.1 \(code) \(Self.reason(code))\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        text += "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(text.utf8) + (method == "HEAD" ? [] : body)
    }

    private static func reason(_ code: Int) -> String {
        switch code {
        case 200: "OK"
        case 400: "Bad Request"
        case 404: "Not Found"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }

    static func == (a: HTTPResponse, b: HTTPResponse) -> Bool {
        a.code == b.code && a.body == b.body
            && a.fields.elementsEqual(b.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}
