import KubeAPI
import Testing
import Watching

@testable import APIClient

@Suite("The body of a watch")
struct WatchDecoderTests {
    static let lines = """
        {"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5"}}}
        {"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"6"}}}
        {"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"7"}}}
        {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}

        """

    @Test("events are the same whatever the chunks are", arguments: [1, 2, 7, 100, 10_000])
    func chunks(_ size: Int) throws {
        var decoder = WatchDecoder()
        var seen: [String] = []
        let bytes = Array(Self.lines.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = Array(bytes[start..<min(start + size, bytes.count)])
            for event in try decoder.events(from: chunk) { seen.append(Self.name(event)) }
        }
        #expect(seen == ["added 5", "modified 6", "deleted 7", "bookmark 9"])
    }

    @Test("an ERROR event is thrown as its Status")
    func error() {
        var decoder = WatchDecoder()
        let expired = Status(.expired, "too old")
        let line: JSON = ["type": "ERROR", "object": expired.json]
        #expect(throws: expired) {
            _ = try decoder.events(from: line.encoded() + Array("\n".utf8))
        }
    }

    @Test(
        "what is no event is an error",
        arguments: ["nonsense\n", "{}\n", "{\"type\":\"X\",\"object\":{}}\n"])
    func garbage(_ line: String) {
        var decoder = WatchDecoder()
        #expect(throws: Status.self) { _ = try decoder.events(from: Array(line.utf8)) }
    }

    private static func name(_ event: WatchEvent) -> String {
        switch event {
        case .added(let object): "added \(object.resourceVersion)"
        case .modified(let object): "modified \(object.resourceVersion)"
        case .deleted(let object): "deleted \(object.resourceVersion)"
        case .bookmark(let version): "bookmark \(version)"
        }
    }
}

@Suite("Paths of the API")
struct ResourcePathTests {
    @Test("namespaced and cluster-scoped, core and named groups")
    func paths() {
        let name = ObjectName(namespace: "shop", name: "web")
        #expect(ResourcePath.object(.services, name) == "/api/v1/namespaces/shop/services/web")
        #expect(
            ResourcePath.object(.pods, name, subresource: "status")
                == "/api/v1/namespaces/shop/pods/web/status")
        #expect(
            ResourcePath.collection(.endpointSlices, namespace: nil)
                == "/apis/discovery.k8s.io/v1/endpointslices")
        #expect(ResourcePath.object(.nodes, ObjectName("n")) == "/api/v1/nodes/n")
    }

    @Test("what a name holds cannot leave its place in the path")
    func escaping() {
        let name = ObjectName(namespace: "a/../b", name: "c?d=e f")
        #expect(
            ResourcePath.object(.services, name)
                == "/api/v1/namespaces/a%2F..%2Fb/services/c%3Fd%3De%20f")
        #expect(ResourcePath.query([("a", ""), ("b", "x=y,z")]) == "?b=x%3Dy%2Cz")
        #expect(ResourcePath.query([("a", "")]).isEmpty)
    }
}
