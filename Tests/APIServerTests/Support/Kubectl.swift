import Foundation

/// Every kubectl that there is, old and new: the installed one, and Debian's that `make test` unpacks.
let kubectls: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let unpacked = root.appending(path: ".build-tools/kubectl-debian/usr/bin/kubectl").path()
    return ["/usr/bin/kubectl", "/usr/local/bin/kubectl", unpacked].filter {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}()

/// A kubectl with a configuration and a cache of its own.
struct Kubectl {
    let program: String
    let configuration: String
    let home: String

    init(_ program: String, _ server: TestServer) throws {
        self.program = program
        home = server.certificates.path("home-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        configuration = home + "/config"
        let text = """
            {"apiVersion":"v1","kind":"Config","current-context":"test",
            "contexts":[{"name":"test","context":{"cluster":"test","user":"admin"}}],
            "clusters":[{"name":"test","cluster":{"server":"https://\(server.address)",
            "certificate-authority":"\(server.certificates.path("ca.crt"))"}}],
            "users":[{"name":"admin","user":{
            "client-certificate":"\(server.certificates.path("admin.crt"))",
            "client-key":"\(server.certificates.path("admin.key"))"}}]}
            """
        try Data(text.utf8).write(to: URL(filePath: configuration))
    }

    /// What kubectl prints; throws what it complains about.
    @discardableResult
    func callAsFunction(
        _ arguments: String..., input: String = "", editor: String = "cat"
    ) async throws -> String {
        let result = try await run(
            program, arguments, input: Array(input.utf8),
            environment: [
                "KUBECONFIG": configuration, "HOME": home, "KUBE_EDITOR": editor,
            ])
        guard result.status == 0 else {
            throw CommandFailure(
                description: "kubectl \(arguments.joined(separator: " ")): \(result.errors)")
        }
        return result.text
    }

    /// Runs a line of shell in which `kubectl` is this one; what it prints, whatever the exit status.
    func shell(_ line: String) async throws -> String {
        try await run(
            "/bin/sh", ["-c", line],
            environment: [
                "KUBECONFIG": configuration, "HOME": home, "kubectl": program,
            ]
        ).text
    }
}
