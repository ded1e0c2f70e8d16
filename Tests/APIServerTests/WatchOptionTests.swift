import APIServer
import KubeAPI
import Storage
import Testing
import Watching

private let pods = "/api/v1/namespaces/default/pods"

@Suite("The options of watches")
struct WatchOptionTests {
    @Test(
        "How a watch begins",
        arguments: [
            // Each: query, the events that come at once.
            ("", "ADDED"), ("resourceVersion=0", "ADDED"), ("resourceVersion=NOW", ""),
            ("allowWatchBookmarks=true", "ADDED END"),
            ("allowWatchBookmarks=true&resourceVersion=0", "ADDED END"),
            ("allowWatchBookmarks=true&resourceVersion=NOW", ""),
            ("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "ADDED"),
            (
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                "ADDED END"
            ),
            (
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0",
                "ADDED END"
            ),
            (
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=NOW",
                "ADDED END"
            ),
            (
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=a",
                "END"
            ),
            (
                "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Da",
                "ADDED END"
            ),
            (
                "sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                ""
            ),
            ("sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=0", ""),
            (
                "sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=OLD",
                "ADDED"
            ),
        ])
    func begins(query: String, expected: String) async throws {
        try await TestServer.with { server in
            let old = try await server.client.list(.namespaces, .init()).resourceVersion
            let new = try await server.client.create(.pods, .inDefault(.pod("a"))).resourceVersion
            let query = query.replacing("NOW", with: new.description)
                .replacing("OLD", with: old.description)
            let answer = try await server.get("\(pods)?watch=1&timeoutSeconds=1&\(query)")
            #expect(answer.code == 200)
            let shown = answer.events.map { event -> String in
                let notes = event.value(at: "object", "metadata", "annotations")
                let isEnd = notes?["k8s.io/initial-events-end"] == "true"
                return isEnd ? "END" : event["type"]?.string ?? ""
            }
            #expect(shown.joined(separator: " ") == expected)
            let end = answer.events.last { $0["type"] == "BOOKMARK" }?.value(at: "object")
            if let end {
                #expect(end["kind"] == "Pod")
                #expect(end["apiVersion"] == "v1")
                let version = end.value(at: "metadata", "resourceVersion")
                #expect(version == .string(new.description))
            }
        }
    }

    @Test("A watch that reaches back before the history ends with 410 in the stream")
    func expires() async throws {
        let log = MemoryLog(historyLimit: 100)
        try await TestServer.with(log: log) { server in
            let old = try await server.client.create(.pods, .inDefault(.pod("a"))).resourceVersion
            _ = try await server.client.create(.pods, .inDefault(.pod("b")))
            try await log.compact(before: try await log.currentRevision())
            for accept in ["application/json", "application/json;as=Table;v=v1;g=meta.k8s.io"] {
                let answer = try await server.send(
                    "GET", "\(pods)?watch=1&resourceVersion=\(old)", accept: accept)
                #expect(answer.code == 200)
                #expect(answer.events.count == 1)
                #expect(answer.events.first?["type"] == "ERROR")
                let status = answer.events.first?["object"]
                #expect(status?["kind"] == "Status")
                #expect(status?["reason"] == "Expired")
                #expect(status?["code"] == 410)
            }
        }
    }

    @Test("The old paths of watches still work")
    func watchPaths() async throws {
        try await TestServer.with { server in
            for name in ["a", "b"] {
                _ = try await server.client.create(.pods, .inDefault(.pod(name)))
            }
            for (path, count) in [
                ("/api/v1/watch/pods", 2), ("/api/v1/watch/namespaces/default/pods", 2),
                ("/api/v1/watch/namespaces/default/pods/b", 1),
                ("/apis/discovery.k8s.io/v1/watch/endpointslices", 0),
            ] {
                let answer = try await server.get("\(path)?timeoutSeconds=1")
                #expect(answer.code == 200)
                #expect(answer.events.count == count, "\(path)")
            }
        }
    }
}
