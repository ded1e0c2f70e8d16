import KubeAPI
import Synchronization
import TestSupport
import Testing
import Watching

@Suite struct ObjectCacheTests {
    private let cluster = FakeCluster()
    private let cache = ObjectCache<Pod>()

    private func put(_ name: String, app: String) {
        cluster.put([
            "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "default", "labels": ["app": .string(app)],
            ],
        ])
    }

    private func index() -> ObjectIndex<Pod, String> {
        cache.index { $0.metadata.labels["app"].map { [$0] } ?? [] }
    }

    private func names(_ pods: [Pod]) -> [String] { pods.map(\.metadata.name).sorted() }

    @Test func anIndexFollowsEveryChange() {
        put("a", app: "web")
        cluster.feed(cache)
        let index = index()
        put("b", app: "web")
        #expect(names(index.views("web")) == ["a", "b"])
        put("a", app: "db")
        #expect(names(index.views("web")) == ["b"])
        #expect(names(index.views("db")) == ["a"])
        cluster.remove(.pods, ObjectName(namespace: "default", name: "b"))
        #expect(index.count("web") == 0)
    }

    @Test func anIndexAgreesWithAScanAfterRandomChanges() {
        var random = SplitMix(seed: 7)
        cluster.feed(cache)
        let index = index()
        for _ in 0..<2000 {
            let name = "p\(random.next() % 40)"
            if random.next() % 4 == 0 {
                cluster.remove(.pods, ObjectName(namespace: "default", name: name))
            } else {
                put(name, app: "app\(random.next() % 5)")
            }
        }
        let all = cluster.objects(Pod.self)
        #expect(names(cache.objects.map(\.view)) == names(all))
        for app in (0..<5).map({ "app\($0)" }) {
            let scan = all.filter { $0.metadata.labels["app"] == app }
            #expect(names(index.views(app)) == names(scan))
        }
    }

    @Test func aLateObserverIsToldWhatIsThere() {
        put("a", app: "web")
        cluster.feed(cache)
        let seen = Mutex<[String]>([])
        cache.observe { event in
            switch event {
            case .synced: seen.withLock { $0.append("synced") }
            case .upserted(let new, _): seen.withLock { $0.append(new.name.name) }
            case .deleted(let last): seen.withLock { $0.append("-\(last.name.name)") }
            }
        }
        put("b", app: "web")
        #expect(seen.withLock { $0 } == ["a", "synced", "b"])
    }

    @Test func aReaderThroughPendingWritesSeesItsOwnWriteBeforeTheCacheDoes() throws {
        cluster.feed(cache)
        put("a", app: "web")
        let stale = cache.objects
        let version = cache.resourceVersion
        put("a", app: "db")
        let own = try #require(cache[ObjectName(namespace: "default", name: "a")])
        let pending = PendingWrites<Pod>()
        pending.stored(own)
        let seen = pending.overlay(stale, seen: version) { _ in true }
        #expect(seen.map { $0.view.metadata.labels["app"] } == ["db"])
        // A cache that is as far as the write decides alone again: somebody may have deleted the object since.
        #expect(pending.overlay([], seen: own.resourceVersion) { _ in true }.isEmpty)
    }

    @Test func aDeletedObjectIsNotReadAgainFromAStaleCache() throws {
        cluster.feed(cache)
        put("a", app: "web")
        let stale = cache.objects
        let pending = PendingWrites<Pod>()
        pending.deleting(stale[0].name, at: stale[0].resourceVersion)
        #expect(pending.overlay(stale, seen: cache.resourceVersion) { _ in true }.isEmpty)
        put("a", app: "anew")
        let now = pending.overlay(cache.objects, seen: cache.resourceVersion) { _ in true }
        #expect(now.count == 1)
    }
}

/// Numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
