import Foundation
import Testing

/// `Tests/Clients`: what clients that we did not write send, and one of them.
private let clients = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Clients")

private let hasPythonClient = FileManager.default.fileExists(
    atPath: "/usr/lib/python3/dist-packages/kubernetes/__init__.py")

@Suite("Clients that we did not write")
struct ClientTests {
    @Test(
        "What a client sends is answered as it needs",
        arguments: [
            "client-go-informer", "kube-proxy", "kube-controller-manager", "coredns", "kubectl",
        ])
    func replays(name: String) async throws {
        let file = clients.appending(path: "\(name).http")
        let transcript = try Transcript(String(contentsOf: file, encoding: .utf8))
        try await TestServer.with { server in
            var run = TranscriptRun(server)
            try await run.run(transcript)
        }
    }

    @Test(
        "Kubernetes' Python client creates, lists, watches, patches and deletes",
        .enabled(if: hasPythonClient, "python3-kubernetes is not installed"))
    func python() async throws {
        try await TestServer.with { server in
            let certificates = server.certificates
            let result = try await run(
                "/usr/bin/python3",
                [
                    clients.appending(path: "python_client.py").path(),
                    "https://\(server.address)", certificates.path("ca.crt"),
                    certificates.path("admin.crt"), certificates.path("admin.key"),
                ])
            #expect(result.status == 0, "\(result.text)\(result.errors)")
            #expect(result.text.hasSuffix("done\n"))
        }
    }
}
