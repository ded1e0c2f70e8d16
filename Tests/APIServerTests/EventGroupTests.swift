import KubeAPI
import Testing

@testable import APIServer

/// An Event is one object, whichever of its two groups it is asked of.
@Suite("Events of both groups")
struct EventGroupTests {
    private static let core = "/api/v1/namespaces/default/events"
    private static let group = "/apis/events.k8s.io/v1/namespaces/default/events"

    private static let event: JSON = [
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "web.1"],
        "eventTime": "2026-08-01T12:00:00.000000Z", "reportingController": "example.com/c",
        "reportingInstance": "c-1", "action": "Look", "reason": "Seen", "type": "Normal",
        "note": "a note",
        "regarding": ["kind": "Pod", "namespace": "default", "name": "web"],
    ]

    @Test("what is written through one is read through both")
    func oneObject() async throws {
        try await TestServer.with { server in
            let created = try await server.send("POST", Self.group, Self.event)
            #expect(created.code == 201)
            #expect(created.json["apiVersion"] == "events.k8s.io/v1")
            #expect(created.json["note"] == "a note")
            let core = try await server.get("\(Self.core)/web.1")
            #expect(core.json["apiVersion"] == "v1")
            #expect(core.json["message"] == "a note")
            #expect(core.json.value(at: "involvedObject", "name") == "web")
            #expect(core.json["metadata"] == created.json["metadata"])
            let list = try await server.get("/api/v1/events?fieldSelector=involvedObject.name=web")
            #expect(list.json["items"]?.array?.count == 1)
            let items = try await server.get(
                "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name=web"
            ).json["items"]?.array
            #expect(items == [created.json])
            let again = try await server.send("POST", Self.core, EventVersion.core(Self.event))
            #expect(again.code == 409)
            let gone = try await server.send("DELETE", "\(Self.group)/web.1")
            #expect(gone.code == 200)
            #expect(try await server.get("\(Self.core)/web.1").code == 404)
            let missing = try await server.get("\(Self.group)/web.1")
            #expect(missing.json["message"] == "events.events.k8s.io \"web.1\" not found")
        }
    }

    @Test("a repetition is patched in, as client-go's recorder does")
    func series() async throws {
        try await TestServer.with { server in
            _ = try await server.send("POST", Self.group, Self.event)
            let series: JSON = [
                "series": ["count": 2, "lastObservedTime": "2026-08-01T12:01:00.000000Z"]
            ]
            let patched = try await server.send(
                "PATCH", "\(Self.group)/web.1", series,
                type: "application/strategic-merge-patch+json")
            #expect(patched.code == 200)
            #expect(patched.json["series"] == series["series"])
            #expect(patched.json["apiVersion"] == "events.k8s.io/v1")
            let refused = try await server.send(
                "PATCH", "\(Self.group)/web.1", ["note": "other"],
                type: "application/merge-patch+json")
            #expect(refused.code == 422)
            let loose = try await server.send(
                "PATCH", "\(Self.core)/web.1", ["message": "other"],
                type: "application/merge-patch+json")
            #expect(loose.code == 200)
            #expect(try await server.get("\(Self.group)/web.1").json["note"] == "other")
        }
    }

    @Test("a watch of either shows the same changes, each in its form")
    func watches() async throws {
        try await TestServer.with { server in
            let start = try await server.get(Self.core).json
            let version = start.value(at: "metadata", "resourceVersion")?.string ?? ""
            _ = try await server.send("POST", Self.group, Self.event)
            _ = try await server.send("DELETE", "\(Self.core)/web.1")
            for (path, version1) in [(Self.core, "v1"), (Self.group, "events.k8s.io/v1")] {
                let events = try await server.get(
                    "\(path)?watch=1&timeoutSeconds=1&resourceVersion=\(version)"
                ).events
                #expect(events.map { $0["type"] } == ["ADDED", "DELETED"])
                #expect(
                    events.map { $0.value(at: "object", "apiVersion") } == [
                        .string(version1), .string(version1),
                    ])
            }
            // A selector that the Event stops to match shows it as it was.
            _ = try await server.send("POST", Self.group, Self.event)
            let selected = "\(Self.group)?fieldSelector=type=Normal"
            let now = try await server.get(selected).json
            let since = now.value(at: "metadata", "resourceVersion")?.string ?? ""
            _ = try await server.send(
                "PATCH", "\(Self.core)/web.1", ["type": "Warning"],
                type: "application/merge-patch+json")
            let left = try await server.get(
                "\(selected)&watch=1&timeoutSeconds=1&resourceVersion=\(since)"
            ).events
            #expect(left.map { $0["type"] } == ["DELETED"])
            #expect(left.first?.value(at: "object", "type") == "Normal")
            #expect(left.first?.value(at: "object", "note") == "a note")
        }
    }
}
