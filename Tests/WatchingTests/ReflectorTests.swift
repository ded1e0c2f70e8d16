import KubeAPI
import Synchronization
import TestSupport
import Testing
import Watching

/// A Reflector against the cluster in memory. The tests wait by yielding, never by the clock.
@Suite(.timeLimit(.minutes(1))) struct ReflectorTests {
    private let time = ManualTime()

    private func service(_ name: String, port: Int64 = 80) -> JSON {
        [
            "kind": "Service", "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["ports": [["port": .integer(port)]]],
        ]
    }

    /// Runs `body` beside a reflector of Services.
    private func reflecting(
        _ cluster: FakeCluster, _ body: (ObjectCache<Service>) async throws -> Void
    ) async rethrows {
        let cache = ObjectCache<Service>()
        let reflector = Reflector(cluster, into: cache, time: time.source, jitter: { 0 })
        let task = Task { await reflector.run() }
        try await body(cache)
        task.cancel()
        await task.value
    }

    private func until(_ condition: () -> Bool) async {
        while !condition(), !Task.isCancelled { await Task.yield() }
    }

    @Test func theFirstListThenEveryChangeReachesTheCache() async {
        let cluster = FakeCluster(time: time)
        cluster.put(service("a"))
        await reflecting(cluster) { cache in
            await cache.waitUntilSynced()
            #expect(cache.objects.map(\.name.name) == ["a"])
            cluster.put(service("b"))
            cluster.put(service("a", port: 81))
            cluster.remove(.services, ObjectName(namespace: "default", name: "b"))
            await until { cache.resourceVersion == cluster.resourceVersion }
            #expect(cache.objects.map(\.view.spec.ports[0].port) == [81])
        }
    }

    @Test func aDisconnectLosesNothing() async {
        let cluster = FakeCluster(time: time)
        await reflecting(cluster) { cache in
            await cache.waitUntilSynced()
            cluster.put(service("a"))
            await until { cache.count == 1 }
            cluster.disconnect()
            cluster.put(service("b"))
            await until { cache.count == 2 }
        }
    }

    @Test func aCompactionIsHealedByAListThatFindsWhatIsGone() async {
        let cluster = FakeCluster(time: time)
        cluster.put(service("a"))
        cluster.put(service("b"))
        let seen = Mutex<[String]>([])
        await reflecting(cluster) { cache in
            await cache.waitUntilSynced()
            cache.observe { event in
                switch event {
                case .synced: seen.withLock { $0.append("synced") }
                case .upserted(let new, let old):
                    seen.withLock { $0.append("\(old == nil ? "+" : "~")\(new.name.name)") }
                case .deleted(let last): seen.withLock { $0.append("-\(last.name.name)") }
                }
            }
            await until { cluster.watches == 1 }
            cluster.disconnect()
            cluster.remove(.services, ObjectName(namespace: "default", name: "a"))
            cluster.put(service("c"))
            cluster.compact()
            // The watch that ended at once and the one that was refused are each followed by a pause.
            while cache.resourceVersion != cluster.resourceVersion {
                time.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        let events = seen.withLock { $0 }
        #expect(Set(events.prefix(2)) == ["+a", "+b"])
        #expect(Set(events.dropFirst(3)) == ["-a", "+c"])
        #expect(events[2] == "synced")
    }

    @Test func aServerThatIsDownIsAskedAgainAfterAPause() async {
        let cluster = FakeCluster(time: time)
        cluster.put(service("a"))
        cluster.fail("list", .services, with: Status(.serviceUnavailable, "down"))
        await reflecting(cluster) { cache in
            await until { time.sleepers == 1 }
            #expect(!cache.isSynced)
            time.advance(by: Backoff.reflector.first)
            await cache.waitUntilSynced()
            #expect(cache.count == 1)
        }
    }

    @Test func aBookmarkMovesTheVersionWithoutAnEvent() async {
        let cluster = FakeCluster(time: time)
        await reflecting(cluster) { cache in
            await until { cluster.watches == 1 }
            cluster.put(["kind": "Node", "metadata": ["name": "n"]])
            cluster.bookmark()
            await until { cache.resourceVersion == cluster.resourceVersion }
            #expect(cache.count == 0)
        }
    }
}
