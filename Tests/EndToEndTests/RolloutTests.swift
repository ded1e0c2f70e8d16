import Foundation
import Testing

@Suite(
    "Pods come and go under load", .enabled(if: Tools.isRoot, "needs root"),
    .enabled(if: !Tools.kubectls.isEmpty, "needs kubectl"), .serialized,
    .timeLimit(.minutes(1)))
struct RolloutTests {
    private let kubectl = Tools.kubectls.first ?? "kubectl"

    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata: {name: echo}
        spec: {selector: {app: echo}, ports: [{port: 80, targetPort: http}]}
        """

    /// Applies the Service and gives its ClusterIP.
    private func apply(_ lab: Lab) async throws -> String {
        try await lab.check([kubectl, "apply", "-f", "-"], input: Self.manifest)
        return try await lab.check([
            kubectl, "get", "service", "echo", "-o", "jsonpath={.spec.clusterIP}",
        ])
    }

    private func pods(_ lab: Lab) async throws -> [String] {
        try await lab.check([kubectl, "get", "pods", "-l", "app=echo", "-o", "name"])
            .split(separator: "\n").map(String.init)
    }

    @Test("Every Pod deleted in turn, then all at once: not one request fails")
    func everyPodDeleted() async throws {
        try await withLab(.root) { lab in
            let up = try await lab.up()
            let runner = try lab.runEcho("echo", replicas: 2)
            let address = try await apply(lab)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            let stop = lab.directory.appending(path: "stop")
            let command = try lab.command(.load, address, "80", "3", stop.path(), "1000000")
            async let load = lab.run(command)
            for pod in try await pods(lab) { try await lab.check([kubectl, "delete", pod]) }
            try await lab.check([kubectl, "delete", "pods", "--all"])
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            try Data().write(to: stop)
            let counts = try await load.output.split(separator: " ")
            #expect(counts.count > 1 && counts[1] == "0", "\(counts)")
            #expect(Int(counts[0]) ?? 0 > 100, "\(counts)")
            try await runner.stop()
            try await up.stop()
        }
    }

    @Test("A killed runner: its Pods are gone within a second, and all that they started")
    func killedRunner() async throws {
        try await withLab(.root) { lab in
            let up = try await lab.up()
            let script = try lab.command(.echo, "8080").joined(separator: " ")
            let mark = "99\(Int.random(in: 1000...9999))"
            let runner = try lab.start(
                [
                    "run", "--name", "echo", "-l", "app=echo", "--port", "http=8080", "--ready",
                    "tcp:8080", "--", "/bin/sh", "-c",
                    "setsid nohup sleep \(mark) & exec \(script)",
                ], log: "echo.log")
            let address = try await apply(lab)
            try await lab.readyEndpoints("echo", 1, kubectl: kubectl)
            try await runner.stop(SIGKILL)
            try await lab.readyEndpoints("echo", 0, kubectl: kubectl, seconds: 1)
            try await eventually("the end of its Pods", seconds: 3) {
                try await self.pods(lab).isEmpty
            }
            let left = try await lab.inside(["ps", "-eo", "args"])
            #expect(!left.contains("sleep \(mark)"))
            let curl = try await lab.run(["curl", "-sS", "--max-time", "5", "http://\(address)/"])
            #expect(curl.status == 7, "\(curl)")
            try await up.stop()
        }
    }

    @Test(
        "A killed server under a running runner: the Pods keep address and readiness, traffic resumes"
    )
    func killedServer() async throws {
        try await withLab(.root) { lab in
            let first = try await lab.up()
            let runner = try lab.runEcho("echo", replicas: 2)
            let address = try await apply(lab)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl)
            let before = try await podAddresses(lab)
            try await first.stop(SIGKILL)
            let second = try await lab.up()
            #expect(try await podAddresses(lab) == before)
            try await lab.readyEndpoints("echo", 2, kubectl: kubectl, seconds: 2)
            #expect(try await lab.ask(address).hasPrefix("echo-"))
            try await runner.stop()
            #expect(try await pods(lab).isEmpty)
            try await second.stop()
        }
    }

    private func podAddresses(_ lab: Lab) async throws -> String {
        try await lab.check([
            kubectl, "get", "pods", "-o",
            "jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{\"\\n\"}{end}",
        ])
    }
}
