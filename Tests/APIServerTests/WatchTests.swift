import APIServer
import Foundation
import KubeAPI
import Testing
import Watching

private let pods = "/api/v1/namespaces/default/pods"

@Suite("Watches over HTTPS")
struct WatchTests {
    private func types(_ answer: TestServer.Answer) -> [String] {
        answer.events.map {
            let name = $0.value(at: "object", "metadata", "name")?.string ?? ""
            return "\($0["type"]?.string ?? "") \(name)"
        }
    }

    @Test("Changes after a resourceVersion, in order, until the timeout")
    func tellsChanges() async throws {
        try await TestServer.with { server in
            let first = try await server.client.create(.pods, .inDefault(.pod("a")))
            let name = ObjectName(namespace: "default", name: "a")
            _ = try await server.client.patch(
                .pods, name, .merge(["metadata": ["labels": ["l": "x"]]]), subresource: nil)
            try await server.client.delete(.pods, name)
            let answer = try await server.get(
                "\(pods)?watch=1&resourceVersion=\(first.resourceVersion)&timeoutSeconds=1")
            #expect(types(answer) == ["MODIFIED a", "DELETED a"])
            let last = answer.events.last?.value(at: "object", "metadata", "resourceVersion")?
                .string
            #expect(last == "\(first.resourceVersion.value + 2)")
        }
    }

    @Test("A selector turns changes into ADDED and DELETED")
    func filtersTransitions() async throws {
        try await TestServer.with { server in
            let name = ObjectName(namespace: "default", name: "a")
            let first = try await server.client.create(.pods, .inDefault(.pod("a")))
            for value: JSON in ["x", "y", "x", nil] {
                _ = try await server.client.patch(
                    .pods, name, .merge(["metadata": ["labels": ["l": value]]]), subresource: nil)
            }
            _ = try await server.client.create(.pods, .inDefault(.pod("b")))
            let answer = try await server.get(
                "\(pods)?watch=1&resourceVersion=\(first.resourceVersion)&timeoutSeconds=1&labelSelector=l%3Dx"
            )
            #expect(types(answer) == ["ADDED a", "DELETED a", "ADDED a", "DELETED a"])
            // What has stopped to match is shown as it was, with the new resourceVersion.
            let left = answer.events[1]["object"]
            #expect(left?.value(at: "metadata", "labels", "l") == "x")
            #expect(
                left?.value(at: "metadata", "resourceVersion")?.string
                    == "\(first.resourceVersion.value + 2)")
        }
    }

    @Test("Initial events end with a bookmark that says so")
    func sendsInitialEvents() async throws {
        try await TestServer.with { server in
            _ = try await server.client.create(.pods, .inDefault(.pod("a")))
            let query =
                "watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            let answer = try await server.get("\(pods)?\(query)&allowWatchBookmarks=true")
            #expect(types(answer) == ["ADDED a", "BOOKMARK "])
            let end = answer.events.last?.value(at: "object", "metadata", "annotations")
            #expect(end?["k8s.io/initial-events-end"] == "true")
            let silent = try await server.get("\(pods)?\(query)")
            #expect(types(silent) == ["ADDED a"])
            let old = try await server.get("\(pods)?watch=1&timeoutSeconds=1")
            #expect(types(old) == ["ADDED a"])
        }
    }

    @Test("Bookmarks come while nothing happens")
    func sendsBookmarks() async throws {
        try await TestServer.with(configure: { $0.bookmarkSeconds = 1 }) { server in
            let answer = try await server.get(
                "\(pods)?watch=1&resourceVersion=2&allowWatchBookmarks=true&timeoutSeconds=3")
            #expect(answer.events.count >= 1)
            #expect(answer.events.allSatisfy { $0["type"] == "BOOKMARK" })
            #expect(answer.events[0].value(at: "object", "metadata", "resourceVersion") == "3")
        }
    }

    @Test("A table comes with its columns once")
    func watchesTables() async throws {
        try await TestServer.with { server in
            for name in ["a", "b"] {
                _ = try await server.client.create(.pods, .inDefault(.pod(name)))
            }
            let answer = try await server.send(
                "GET", "\(pods)?watch=1&timeoutSeconds=1",
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
            #expect(answer.events.count == 2)
            #expect(answer.events.map { $0.value(at: "object", "kind") } == ["Table", "Table"])
            let columns = answer.events.map { $0.value(at: "object", "columnDefinitions")?.array }
            #expect(columns[0] != nil)
            #expect(columns[1] == nil)
        }
    }

    @Test("A stop ends open watches cleanly")
    func stopsCleanly() async throws {
        var open: Task<CommandResult, any Error>?
        try await TestServer.with { server in
            _ = try await server.client.create(.pods, .inDefault(.pod("a")))
            let certificates = server.certificates
            let output = certificates.path("watch-\(Int.random(in: 0...(.max)))")
            let watch = Task {
                try await run(
                    "/usr/bin/curl",
                    [
                        "-sSN", "-o", output, "--cacert", certificates.path("ca.crt"), "--cert",
                        certificates.path("admin.crt"), "--key", certificates.path("admin.key"),
                        "https://\(server.address)\(pods)?watch=1&timeoutSeconds=600",
                    ])
            }
            open = watch
            try await eventually {
                (try? Data(contentsOf: URL(filePath: output)))?.isEmpty == false
            }
        }
        // curl complains about an answer that breaks off.
        #expect(try await open?.value.status == 0)
    }

    @Test("The client in this process sees what HTTP sees, and is told in order")
    func watchesLocally() async throws {
        try await TestServer.with { server in
            let start = try await server.client.list(.pods, ListOptions())
            var events = server.client.watch(
                .pods, since: start.resourceVersion, ListOptions(namespace: "default")
            ).makeAsyncIterator()
            _ = try await server.send("POST", pods, .pod("a"))
            _ = try await server.send("DELETE", "\(pods)/a", nil)
            guard case .added(let added)? = try await events.next(),
                case .deleted(let deleted)? = try await events.next()
            else {
                Issue.record("other events")
                return
            }
            #expect(ObjectMeta(json: try added.json()["metadata"] ?? [:]).name == "a")
            #expect(deleted.resourceVersion > added.resourceVersion)
        }
    }
}
