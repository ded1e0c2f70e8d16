import Foundation
import Testing

/// The main job, as a user does it, with every kubectl there is.
@Suite(
    "Stand-alone with privilege, by kubectl",
    .enabled(if: Tools.isRoot, "network namespaces need root"),
    .enabled(if: !Tools.kubectls.isEmpty, "no kubectl"), .serialized)
struct StandAloneTests {
    @Test("the textbook Services are applied and reached", arguments: Tools.kubectls)
    func textbook(kubectl: String) async throws {
        try await withLab(.root) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runners = [
                try lab.runPods(
                    "my-app", label: "my-app", replicas: 3, port: 8080, server: "whoami.py"),
                try lab.runPods(
                    "web", label: "web-server", replicas: 2, port: 8080, server: "whoami.py"),
                try lab.runPods(
                    "db", label: "database", replicas: 1, port: 3306, server: "database.py"),
            ]
            try await lab.readyEndpoints("my-nodeport-service", 3, kubectl: kubectl)
            try await lab.readyEndpoints("my-web-server", 2, kubectl: kubectl)
            try await lab.readyEndpoints("my-database", 1, kubectl: kubectl)

            let clusterIP = try await lab.field(
                kubectl, "service", "my-nodeport-service", ".spec.clusterIP")
            let loadBalancerIP = try await lab.field(
                kubectl, "service", "my-web-server", ".status.loadBalancer.ingress[0].ip")
            let podIP = try await lab.check([
                kubectl, "get", "pods", "-l", "app=my-app", "-o",
                "jsonpath={.items[0].status.podIP}",
            ])
            #expect(podIP.hasPrefix("10.244.0."))
            #expect(try await lab.ask("\(podIP):8080").hasPrefix("my-app-"))
            #expect(try await lab.ask("\(Lab.nodeIP):30000").hasPrefix("my-app-"))
            #expect(try await lab.ask("127.0.0.1:30000").hasPrefix("my-app-"))
            #expect(try await lab.ask("\(loadBalancerIP):80").hasPrefix("web-"))
            #expect(try await lab.whoAnswers("\(clusterIP):80", requests: 60).count == 3)

            let session = try await lab.field(
                kubectl, "service", "my-session-service", ".spec.clusterIP")
            #expect(try await lab.whoAnswers("\(session):80", requests: 20).count == 1)

            let cname = try await lab.dig("my-external-service.default.svc.cluster.local", "CNAME")
            #expect(cname == "my-external-service.example.com.")
            #expect(
                try await lab.dig("my-nodeport-service.default.svc.cluster.local", "A") == clusterIP
            )
            for runner in runners { #expect(try await runner.stop() == 0) }
            #expect(try await server.stop() == 0)
        }
    }

    @Test("a Pod goes and another comes without one failed request")
    func rollout() async throws {
        let kubectl = Tools.kubectls[0]
        try await withLab(.root) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runner = try lab.runPods(
                "my-app", label: "my-app", replicas: 3, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("my-nodeport-service", 3, kubectl: kubectl)
            let address = try await lab.field(
                kubectl, "service", "my-nodeport-service", ".spec.clusterIP")
            let victims = try await lab.check([
                kubectl, "get", "pods", "-l", "app=my-app", "-o",
                "jsonpath={.items[*].metadata.name}",
            ]).split(separator: " ").map(String.init)
            let load = Task {
                var answers = 0
                while !Task.isCancelled {
                    _ = try await lab.ask("\(address):80")
                    answers += 1
                }
                return answers
            }
            for victim in victims.prefix(2) {
                try await lab.check([kubectl, "delete", "pod", victim])
                try await lab.readyEndpoints("my-nodeport-service", 3, kubectl: kubectl)
            }
            load.cancel()
            #expect(try await load.value > 20)
            let slices = try await lab.check([kubectl, "get", "endpointslices", "-o", "yaml"])
            for victim in victims.prefix(2) { #expect(!slices.contains(victim)) }
            try await runner.stop()
            try await server.stop()
        }
    }

    @Test("a Pod reaches the API and other Services by name")
    func insideAPod() async throws {
        let kubectl = Tools.kubectls[0]
        try await withLab(.root) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runner = try lab.runPods(
                "web", label: "web-server", replicas: 1, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("my-web-server", 1, kubectl: kubectl)
            // A second Pod asks, with the tools of this machine, in its own network namespace.
            let authority = lab.dataDirectory + "/pki/ca.crt"
            let asker = try lab.start(
                [
                    "run", "--name", "asker", "-l", "app=asker", "--", "/usr/bin/python3", "-c",
                    Self.askerScript, authority,
                ], log: "asker.log")
            try await asker.printed("asker done")
            let said = asker.output
            #expect(said.contains("api ok"))
            #expect(said.contains("web web-"))
            #expect(said.contains("dig 10.96.0.1"))
            try await asker.stop()
            try await runner.stop()
            try await server.stop()
        }
    }

    static let askerScript = """
        import subprocess, sys, time
        def run(*command):
            return subprocess.run(command, capture_output=True, text=True).stdout.strip()
        print("api", run("curl", "-s", "--cacert", sys.argv[1], "https://kubernetes.default.svc/healthz"), flush=True)
        print("web", run("curl", "-s", "http://my-web-server/"), flush=True)
        print("dig", run("dig", "+short", "kubernetes.default.svc.cluster.local"), flush=True)
        print("asker done", flush=True)
        time.sleep(600)
        """

    @Test("two Pods reach each other, and nothing is left behind", .enabled(if: Tools.isRoot))
    func nothingLeft() async throws {
        let kubectl = Tools.kubectls[0]
        try await withLab(.root) { lab in
            let server = try await lab.up()
            try await lab.applyExamples(kubectl)
            let runner = try lab.runPods(
                "web", label: "web-server", replicas: 2, port: 8080, server: "whoami.py")
            try await lab.readyEndpoints("my-web-server", 2, kubectl: kubectl)
            // Killed, the runner cannot clean up: its processes die, its Pods are not ready and then gone.
            try await runner.stop(SIGKILL)
            try await lab.readyEndpoints("my-web-server", 0, kubectl: kubectl, seconds: 5)
            try await eventually("the Pods' end") {
                try await lab.check([kubectl, "get", "pods", "-l", "app=web-server", "-o", "name"])
                    .isEmpty
            }
            let links = try await lab.inside(["ip", "-o", "link"])
            let processes = try await Command.run(["ip", "netns", "pids", lab.namespace])
            #expect(processes.output.split(separator: "\n").count == 1, "only pointsman up is left")
            try await server.stop()
            // What the killed runner left in the kernel goes at the next start.
            let next = try await lab.up()
            #expect(try await lab.inside(["ip", "-o", "link"]).split(separator: "\n").count == 3)
            #expect(links.contains("lo"))
            try await next.stop()
        }
    }
}

extension Lab {
    func applyExamples(_ kubectl: String) async throws {
        let files = [
            "my-database", "my-nodeport-service", "my-web-server", "my-external-service",
            "my-session-service",
        ]
        for file in files {
            let path = Tools.root.appending(path: "examples/\(file).yaml").path()
            try await check([kubectl, "apply", "-f", path])
        }
    }

    /// One field of one object, by a jsonpath without braces.
    func field(_ kubectl: String, _ kind: String, _ name: String, _ path: String) async throws
        -> String
    {
        try await check([kubectl, "get", kind, name, "-o", "jsonpath={\(path)}"])
    }

    /// Who answers so many requests: the Pods' names.
    func whoAnswers(_ address: String, requests: Int) async throws -> Set<String> {
        var names: Set<String> = []
        for _ in 0..<requests { names.insert(try await ask(address)) }
        return names
    }

    /// `dig +short` at the cluster's DNS Service.
    func dig(_ name: String, _ type: String, at server: [String] = ["@10.96.0.10"]) async throws
        -> String
    {
        try await check(["dig", "+short", "+time=2", "+tries=2"] + server + [name, type])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
