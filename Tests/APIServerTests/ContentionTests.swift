import KubeAPI
import Storage
import Testing

@testable import APIServer

@Suite("Many writers of one object")
struct ContentionTests {
    @Test("Patches that name no resourceVersion all get through")
    func patches() async throws {
        try await TestServer.with { server in
            let name = ObjectName(namespace: "default", name: "a")
            _ = try await server.client.create(.services, .inDefault(.service("a")))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let labels = JSON.stringMap(["l\(index)": "x"])
                        _ = try await server.client.patch(
                            .services, name, .merge(["metadata": ["labels": labels]]),
                            subresource: nil)
                    }
                }
                try await group.waitForAll()
            }
            let service = try await server.get("/api/v1/namespaces/default/services/a")
            let labels = service.json.value(at: "metadata", "labels")?.object ?? [:]
            #expect(labels.count == 200)
        }
    }
}
