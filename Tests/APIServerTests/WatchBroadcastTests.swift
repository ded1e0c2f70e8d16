import APIServer
import KubeAPI
import Testing

private let pods = "/api/v1/namespaces/default/pods"

@Suite("Watches that are told the same", .timeLimit(.minutes(2)))
struct WatchBroadcastTests {
    /// Writes a pod again and again, with a label that changes and a text of so many bytes.
    private static func write(
        for duration: Duration, atLeast least: Int = 1, length: Int = 0, _ server: TestServer
    ) async throws -> [UInt64] {
        let name = ObjectName(namespace: "default", name: "a")
        var versions: [UInt64] = []
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end || versions.count < least {
            let index = versions.count
            let text = String(repeating: "x", count: length)
            let patch: JSON = [
                "metadata": [
                    "labels": ["n": .string("\(index % 2)")],
                    "annotations": ["n": .string("\(index)"), "text": .string(text)],
                ]
            ]
            let pod = try await server.client.patch(.pods, name, .merge(patch), subresource: nil)
            versions.append(pod.resourceVersion.value)
            try await Task.sleep(for: .milliseconds(4))
        }
        return versions
    }

    /// What a watch was told: revisions in their order.
    private struct Heard {
        var since: UInt64
        var changes: [UInt64] = []
        var bookmarks = 0

        /// - Throws: if a bookmark promises more, or less, than was told.
        init(_ events: [JSON], since: UInt64) throws {
            self.since = since
            var last = since
            for event in events {
                let text = event.value(at: "object", "metadata", "resourceVersion")?.string ?? ""
                let version = try #require(UInt64(text), "\(event)")
                #expect(version >= last)
                last = version
                if event["type"] == "BOOKMARK" { bookmarks += 1 } else { changes.append(version) }
            }
        }

        /// nil: exactly what was written since. Else where the first difference is.
        func fault(_ written: [UInt64]) -> String? {
            let expected = written.filter { $0 > since }
            if changes == expected { return nil }
            let place = zip(changes, expected).prefix { $0 == $1 }.count
            return "heard \(changes.count) of \(expected.count), wrong from \(place) on: "
                + "\(changes[place...].prefix(3)) for \(expected[place...].prefix(3))"
        }
    }

    @Test(
        "Whenever they come, they miss nothing and hear nothing twice",
        arguments: ["", "&labelSelector=n", "&fieldSelector=metadata.name%3Da"])
    func complete(_ selector: String) async throws {
        try await TestServer.with(configure: { $0.bookmarkSeconds = 1 }) { server in
            let first = try await server.client.create(
                .pods, .inDefault(.pod("a", labels: ["n": "0"])))
            async let written = Self.write(for: .seconds(3), server)
            let heard = try await withThrowingTaskGroup(of: Heard.self) { group in
                for index in 0..<24 {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(index * 60))
                        // Some begin where others are, some far behind.
                        let list = try await server.get(pods).json
                        let now = list.value(at: "metadata", "resourceVersion")?.string ?? ""
                        let since =
                            index.isMultiple(of: 3)
                            ? first.resourceVersion.value : try #require(UInt64(now))
                        let answer = try await server.get(
                            "\(pods)?watch=1&allowWatchBookmarks=true&timeoutSeconds=8"
                                + "&resourceVersion=\(since)\(selector)")
                        return try Heard(answer.events, since: since)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let versions = try await written
            for heard in heard {
                #expect(heard.fault(versions) == nil)
                #expect(heard.bookmarks > 0)
            }
        }
    }

    @Test("Who reads slowly is told all of it, and holds nobody up")
    func slow() async throws {
        try await TestServer.with { server in
            let first = try await server.client.create(.pods, .inDefault(.pod("a")))
            let since = first.resourceVersion.value
            let path = "\(pods)?watch=1&timeoutSeconds=12&resourceVersion=\(since)"
            async let quick = server.get(path)
            async let slow = RawConnection.with(server, seconds: 40) { connection in
                try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                try await Task.sleep(for: .seconds(4))
                return try await connection.response()
            }
            try await Task.sleep(for: .milliseconds(500))
            // More than the buffers of a connection hold.
            let versions = try await Self.write(
                for: .seconds(2), atLeast: 40, length: 200_000, server)
            #expect(try await Heard(quick.events, since: since).fault(versions) == nil)
            let body = try await slow?.body ?? []
            let events = TestServer.Answer(code: 200, headers: [:], body: body).events
            #expect(try Heard(events, since: since).fault(versions) == nil)
        }
    }
}
