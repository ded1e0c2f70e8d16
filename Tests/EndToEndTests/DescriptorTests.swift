import Foundation
import Testing

@Suite(
    "Descriptors of the relay", .enabled(if: Tools.isRoot, "needs root"),
    .enabled(if: !Tools.kubectls.isEmpty, "needs kubectl"), .serialized,
    .timeLimit(.minutes(1)))
struct DescriptorTests {
    private let kubectl = Tools.kubectls.first ?? "kubectl"

    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata: {name: echo}
        spec: {selector: {app: echo}, type: NodePort, ports: [{port: 80, targetPort: http, nodePort: 30080}]}
        """

    private func descriptors(of server: RunningPointsman) throws -> Int {
        try FileManager.default
            .contentsOfDirectory(atPath: "/proc/\(server.process.processIdentifier)/fd").count
    }

    @Test("2,000 relayed connections leave no descriptor behind")
    func noLeak() async throws {
        try await withLab(.root) { lab in
            let up = try await lab.up()
            let runner = try lab.runEcho("echo", replicas: 2)
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            _ = try await lab.check(lab.command(.load, "127.0.0.1", "30080", "4", "/none", "200"))
            let before = try descriptors(of: up)
            let load = try await lab.check(
                lab.command(.load, "127.0.0.1", "30080", "4", "/none", "2000"))
            #expect(load.hasPrefix("2000 0 "), "\(load)")
            // Pipes are pooled, watches come and go: a few more or less are no leak.
            try await eventually("as many descriptors as before", seconds: 5) {
                try descriptors(of: up) <= before + 8
            }
            try await runner.stop()
            try await up.stop()
        }
    }

    @Test("A server without a descriptor left goes on once there are some again")
    func exhaustion() async throws {
        try await withLab(.root) { lab in
            let log = lab.directory.appending(path: "up.log")
            let process = try Command.start(
                lab.wrapped([
                    "prlimit", "--nofile=96:96", Tools.pointsman, "up", "--data-dir",
                    lab.dataDirectory,
                ]), environment: lab.environment, output: log, errors: log)
            let up = RunningPointsman(process: process, log: log)
            try await up.printed("export KUBECONFIG=")
            let runner = try lab.runEcho("echo", replicas: 1)
            try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
            try await lab.readyEndpoints("echo", 1, kubectl: kubectl)
            let held = try await lab.check(lab.command(.hold, "127.0.0.1", "30080", "150"))
            #expect(held == "150\n")
            try await eventually("an answer after the rush", seconds: 5) {
                try await lab.run(["curl", "-sS", "--max-time", "2", "http://127.0.0.1:30080/"])
                    .succeeded
            }
            #expect(up.isRunning)
            #expect(try await lab.check([kubectl, "get", "services"]).contains("echo"))
            try await runner.stop()
            try await up.stop()
        }
    }
}
