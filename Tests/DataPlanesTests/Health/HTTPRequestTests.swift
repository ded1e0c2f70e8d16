import TestSupport
import Testing

@testable import DataPlanes

@Suite struct HTTPRequestTests {
    private static func read(_ text: String) -> HTTPRequest.Reading {
        HTTPRequest.read(Array(text.utf8))
    }

    @Test(
        "Any method and any path is read",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET", "/"),
            (
                "GET /healthz?verbose HTTP/1.1\r\nhost: a:80\r\nAccept: */*\r\n\r\n", "GET",
                "/healthz"
            ),
            ("POST /x HTTP/1.1\r\nHost:\r\nContent-Length: 3\r\n\r\nabc", "POST", "/x"),
            ("HEAD /livez HTTP/1.0\r\n\r\n", "HEAD", "/livez"),
            ("\r\n\r\nFOO-1 * HTTP/1.1\nHost: a\n\n", "FOO-1", "*"),
            (
                "GET http://node:10256/healthz HTTP/1.1\r\nHost: a\r\n\r\n", "GET",
                "http://node:10256/healthz"
            ),
            ("GET /\u{e4} HTTP/1.1\r\nHost: a\r\nX: \u{e4}\tb\r\n\r\n", "GET", "/\u{e4}"),
        ])
    func requests(_ text: String, _ method: String, _ path: String) {
        #expect(Self.read(text) == .request(HTTPRequest(method: method, path: path)))
    }

    @Test(
        "What is no request is refused with the fitting code",
        arguments: [
            ("GET /\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\u{0}\r\n\r\n", 400),
            ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET / HTTQ/1.1\r\nHost: a\r\n\r\n", 400),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505), ("GET / HTTP/11\r\nHost: a\r\n\r\n", 400),
            ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
        ])
    func refusals(_ text: String, _ code: Int) {
        #expect(Self.read(text) == .refused(code))
    }

    @Test func `A head is incomplete up to its last byte`() {
        let text = "GET /a HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(HTTPRequest.read(Array(text.utf8.prefix(count))) == .incomplete)
        }
        #expect(Self.read(text) == .request(HTTPRequest(method: "GET", path: "/a")))
    }

    @Test func `A head of more than 8 KiB is refused, finished or not`() {
        let long = String(repeating: "x", count: HTTPRequest.sizeLimit)
        #expect(Self.read("GET / HTTP/1.1\r\nHost: a\r\nX: " + long) == .refused(431))
        #expect(Self.read("GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n") == .refused(431))
        #expect(Self.read(String(repeating: "\r\n", count: HTTPRequest.sizeLimit)) == .refused(431))
        let fits = String(repeating: "x", count: 7000)
        let request = HTTPRequest(method: "GET", path: "/")
        #expect(Self.read("GET / HTTP/1.1\r\nHost: a\r\nX: \(fits)\r\n\r\n") == .request(request))
    }

    @Test("Random bytes and spoilt requests are read without a trap", arguments: UInt64(1)...20)
    func fuzz(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let good = Array("GET /healthz HTTP/1.1\r\nHost: node:10256\r\nAccept: */*\r\n\r\n".utf8)
        let interesting = Array("\r\n :/?HTTP1.0\u{0}\u{ff}".utf8)
        var refused = 0
        for round in 0..<500 {
            var bytes = good
            if round.isMultiple(of: 2) {
                let count = Int.random(in: 0...300, using: &random)
                bytes = (0..<count).map { _ in
                    Bool.random(using: &random)
                        ? interesting.randomElement(using: &random)!
                        : .random(in: 0...255, using: &random)
                }
            } else {
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[index] = .random(in: 0...255, using: &random)
                }
            }
            let reading = HTTPRequest.read(bytes)
            if case .refused = reading { refused += 1 }
            if case .request(let request) = reading {
                #expect(!request.method.isEmpty && !request.path.isEmpty)
            }
            // What is whole stays what it is, whatever follows.
            if reading != .incomplete { #expect(HTTPRequest.read(bytes + good) == reading) }
        }
        #expect(refused > 0)
    }
}
