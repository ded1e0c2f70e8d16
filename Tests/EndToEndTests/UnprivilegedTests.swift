import Foundation
import Testing

@Suite(
    "Stand-alone without any privilege",
    .enabled(
        if: Tools.isRoot, "the lab's network namespace needs root, pointsman itself runs as nobody"),
    .enabled(if: Tools.has("setpriv"), "setpriv (util-linux)"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"))
struct UnprivilegedTests {
    let kubectl = Tools.kubectls.first ?? ""

    @Test("Services, Pods and DNS work on slices of 127.0.0.0/8")
    func works() async throws {
        try await withLab(.unprivileged) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runners = [
                try lab.runPods(
                    "my-app", label: "my-app", replicas: 3, port: 8080, server: "whoami.py"),
                try lab.runPods(
                    "db", label: "database", replicas: 1, port: 3306, server: "database.py"),
            ]
            try await lab.readyEndpoints("my-nodeport-service", 3, kubectl: kubectl)
            try await lab.readyEndpoints("my-database", 1, kubectl: kubectl)
            #expect(try await lab.whoAnswers("127.0.0.1:30000", requests: 60).count == 3)
            #expect(try await lab.ask("\(Lab.nodeIP):30000").hasPrefix("my-app-"))
            let database = try await lab.field(kubectl, "service", "my-database", ".spec.clusterIP")
            #expect(database.hasPrefix("127.96."))
            let answer = try await lab.run(
                ["/usr/bin/python3", "-c", Self.databaseClient, database])
            #expect(answer.output.contains("VALUE one two"), "\(answer)")
            let name = "my-database.default.svc.cluster.local"
            #expect(try await lab.dig(name, "A", at: ["@127.244.0.1", "-p", "10053"]) == database)
            for runner in runners { #expect(try await runner.stop() == 0) }
            #expect(try await server.stop() == 0)
        }
    }

    @Test("a privileged port is refused on the Service, with the remedy named")
    func refusedPort() async throws {
        try await withLab(.unprivileged) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runner = try lab.runPods(
                "web", label: "web-server", replicas: 1, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("my-web-server", 1, kubectl: kubectl)
            try await eventually("a condition that names the remedy") {
                try await lab.field(
                    kubectl, "service", "my-web-server", ".status.conditions[*].message"
                )
                .contains("ip_unprivileged_port_start")
            }
            let described = try await lab.check([kubectl, "describe", "service", "my-web-server"])
            #expect(described.contains("Warning"))
            #expect(described.contains("ip_unprivileged_port_start"))
            try await runner.stop()
            try await server.stop()
        }
    }

    static let databaseClient = """
        import socket, sys
        s = socket.create_connection((sys.argv[1], 3306), 5)
        s.sendall(b"SET key one two\\nGET key\\nQUIT\\n")
        f = s.makefile()
        print(f.read())
        """
}
