@testable import APIServer
import KubeAPI
import Storage
import Testing

private let pods = "/api/v1/namespaces/default/pods"

@Suite("The options of lists")
struct ListOptionTests {
    @Test(
        "Options that do not go together are named, all of them",
        arguments: [
            (
                "resourceVersionMatch=Exact",
                ["resourceVersionMatch is forbidden unless resourceVersion is provided"]
            ),
            (
                "resourceVersionMatch=Exact&continue=x",
                ["unless resourceVersion is provided", "when continue is provided"]
            ),
            (
                "resourceVersion=1&resourceVersionMatch=exact",
                [
                    "resourceVersionMatch: Unsupported value: \"exact\": supported values: \"Exact\", \"NotOlderThan\", \"\""
                ]
            ),
            (
                "resourceVersion=0&resourceVersionMatch=Exact",
                ["resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""]
            ),
            (
                "sendInitialEvents=true&resourceVersion=1&resourceVersionMatch=NotOlderThan",
                ["sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"]
            ),
            (
                "watch=1&sendInitialEvents=true",
                ["sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"]
            ),
            (
                "watch=1&sendInitialEvents=false",
                ["sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"]
            ),
            (
                "watch=1&sendInitialEvents=true&resourceVersionMatch=Exact",
                [
                    "sendInitialEvents requires",
                    "resourceVersionMatch: Unsupported value: \"Exact\": supported values: \"NotOlderThan\"",
                ]
            ),
            (
                "watch=1&resourceVersionMatch=NotOlderThan",
                ["resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"]
            ),
            (
                "watch=1&resourceVersionMatch=NotOlderThan&sendInitialEvents=1&continue=x",
                ["when continue is provided"]
            ),
        ] as [(String, [String])])
    func invalid(query: String, expected: [String]) async throws {
        try await TestServer.with { server in
            let answer = try await server.get("/api/v1/services?\(query)")
            #expect(answer.code == 422)
            #expect(answer.reason == "Invalid")
            let message = answer.json["message"]?.string ?? ""
            #expect(message.hasPrefix("ListOptions.meta.k8s.io \"\" is invalid: "))
            for text in expected { #expect(message.contains(text), "\(message)") }
            let details = answer.json["details"]
            #expect(details?["kind"] == "ListOptions")
            #expect(details?["group"] == "meta.k8s.io")
            #expect(details?["causes"]?.array?.count == expected.count)
        }
    }

    /// The matrix of the API's documentation, over a log of which the first writes are forgotten.
    @Test(
        "Which state a list shows",
        arguments: [
            ("", "newest"), ("resourceVersion=0", "newest"),
            ("resourceVersion=OLD", "newest"),
            ("resourceVersion=OLD&resourceVersionMatch=NotOlderThan", "newest"),
            ("resourceVersion=OLD&resourceVersionMatch=Exact", "old"),
            ("resourceVersion=OLD&limit=5", "old"), ("limit=5", "newest"),
            ("resourceVersion=0&limit=5", "newest"),
            ("resourceVersion=OLD&resourceVersionMatch=NotOlderThan&limit=5", "newest"),
            ("resourceVersion=OLD&resourceVersionMatch=Exact&limit=5", "old"),
            ("resourceVersion=1&resourceVersionMatch=Exact", "410"),
            ("resourceVersion=1", "newest"),
            ("resourceVersion=-1", "400"), ("resourceVersion=1.5", "400"),
            ("resourceVersion=99999999999999999999999", "400"),
            ("resourceVersion=18446744073709551615&resourceVersionMatch=Exact", "504"),
        ])
    func states(query: String, expected: String) async throws {
        let log = MemoryLog(historyLimit: 100)
        try await TestServer.with(log: log) { server in
            let old = try await server.client.create(.pods, .inDefault(.pod("a"))).resourceVersion
            try await log.compact(before: Revision(old.value))
            _ = try await server.client.create(.pods, .inDefault(.pod("b")))
            let query = query.replacing("OLD", with: old.description)
            let answer = try await server.get("\(pods)?\(query)")
            let shown =
                answer.code == 200
                ? (answer.json["items"]?.array?.count == 1 ? "old" : "newest") : "\(answer.code)"
            #expect(shown == expected)
            if shown == "old" {
                let version = answer.json.value(at: "metadata", "resourceVersion")
                #expect(version == .string(old.description))
            }
        }
    }

    @Test("A list from the future says that it is, and when to try again")
    func future() async throws {
        try await TestServer.with { server in
            let answer = try await server.get(
                "\(pods)?resourceVersion=999999&resourceVersionMatch=NotOlderThan")
            #expect(answer.code == 504)
            #expect(answer.reason == "Timeout")
            #expect(answer.text.contains("Timeout: Too large resource version: 999999, current: "))
            #expect(answer.headers["retry-after"] == "1")
            let details = answer.json["details"]
            #expect(details?["retryAfterSeconds"] == 1)
            #expect(
                details?["causes"] == [
                    ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
                ])
        }
    }

    @Test("A list whose state was forgotten in between can be gone on with, if not consistently")
    func continuesInconsistently() async throws {
        let log = MemoryLog(historyLimit: 100)
        try await TestServer.with(log: log) { server in
            for name in ["a", "b", "c", "d"] {
                _ = try await server.client.create(.pods, .inDefault(.pod(name)))
            }
            let page = try await server.get("\(pods)?limit=2").json
            let token = page.value(at: "metadata", "continue")?.string ?? ""
            #expect(page.value(at: "metadata", "remainingItemCount") == 2)
            _ = try await server.client.create(.pods, .inDefault(.pod("bb")))
            try await log.compact(before: try await log.currentRevision())
            let expired = try await server.get("\(pods)?limit=2&continue=\(token)")
            #expect(expired.code == 410)
            #expect(expired.reason == "Expired")
            #expect(expired.text.contains("use the continue token in this response"))
            let other = expired.json.value(at: "metadata", "continue")?.string ?? ""
            #expect(!other.isEmpty && other != token)
            var names: [String] = []
            var next = other
            repeat {
                let rest = try await server.get("\(pods)?limit=2&continue=\(next)")
                #expect(rest.code == 200)
                names += ReadTests.names(rest.json)
                next = rest.json.value(at: "metadata", "continue")?.string ?? ""
            } while !next.isEmpty
            #expect(names == ["bb", "c", "d"])
        }
    }

    @Test("Pages of a selection hold what is selected, and no count of the rest")
    func selectedPages() async throws {
        try await TestServer.with { server in
            for number in 0..<9 {
                let label = number.isMultiple(of: 2) ? "even" : "odd"
                _ = try await server.client.create(
                    .pods, .inDefault(.pod("p\(number)", labels: ["l": label])))
            }
            var names: [[String]] = []
            var token = ""
            repeat {
                let page = try await server.get(
                    "\(pods)?limit=2&labelSelector=l%3Deven&continue=\(token)"
                ).json
                names.append(ReadTests.names(page))
                #expect(page.value(at: "metadata", "remainingItemCount") == nil)
                token = page.value(at: "metadata", "continue")?.string ?? ""
            } while !token.isEmpty
            #expect(names == [["p0", "p2"], ["p4", "p6"], ["p8"]])
        }
    }

    @Test("A continue token that is none, or another resource's, is 400")
    func badTokens() async throws {
        try await TestServer.with { server in
            for name in ["a", "b"] {
                _ = try await server.client.create(.pods, .inDefault(.pod(name)))
            }
            let page = try await server.get("\(pods)?limit=1").json
            let token = page.value(at: "metadata", "continue")?.string ?? ""
            let mixed = try await server.get("\(pods)?continue=\(token)&resourceVersion=3")
            #expect(mixed.code == 400)
            #expect(try await server.get("\(pods)?continue=\(token)&resourceVersion=0").code == 200)
            var bad = ["x", "0", "00", "ff", token.dropLast() + "", token + "0", token + "zz"]
            bad += [ContinueToken.write(.zero, after: "pods/default/a")]
            for token in bad {
                #expect(try await server.get("\(pods)?continue=\(token)").code == 400, "\(token)")
            }
            let foreign = try await server.get("/api/v1/services?continue=\(token)")
            #expect(foreign.code == 400)
        }
    }
}
