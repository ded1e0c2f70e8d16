import Foundation

/// A `pointsman up`, or another long-running command of pointsman, in a lab.
struct RunningPointsman: Sendable {
    let process: ChildProcess
    let log: URL

    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }

    /// Waits until it has printed `text`.
    func printed(_ text: String, seconds: Double = 30) async throws {
        try await eventually("\"\(text)\" in the output of pointsman", seconds: seconds) {
            if output.contains(text) { return true }
            guard isRunning else {
                throw CommandFailure(description: "pointsman ended early:\n\(output)")
            }
            return false
        }
    }

    /// Sends a signal and waits for the end; the exit status.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, seconds: Double = 30) async throws -> Int32 {
        // `ip netns exec` and `setpriv` replace themselves by the program: this is its own process.
        process.send(signal)
        try await eventually("the end of pointsman after signal \(signal)", seconds: seconds) {
            !isRunning
        }
        return process.terminationStatus ?? -1
    }
}

extension Lab {
    func start(_ arguments: [String], log name: String) throws -> RunningPointsman {
        let log = directory.appending(path: name)
        let process = try Command.start(
            wrapped([Tools.pointsman] + arguments), environment: environment, output: log,
            errors: log)
        return RunningPointsman(process: process, log: log)
    }

    /// `pointsman up`, ready.
    func up(_ options: [String] = []) async throws -> RunningPointsman {
        let server = try start(
            ["up", "--data-dir", dataDirectory] + options, log: "up-\(UUID().uuidString).log")
        try await server.printed("export KUBECONFIG=")
        return server
    }

    /// `pointsman run` of a server of examples/servers.
    func runPods(
        _ name: String, label: String, replicas: Int, port: Int, server: String,
        options: [String] = []
    ) throws -> RunningPointsman {
        let script = Tools.root.appending(path: "examples/servers/\(server)").path()
        return try start(
            [
                "run", "--name", name, "-l", "app=\(label)", "--replicas", "\(replicas)", "--port",
                "http=\(port)", "--ready", "tcp:\(port)",
            ] + options + ["--", "/usr/bin/python3", script, "\(port)"],
            log: "\(name).log")
    }

    /// Waits until a Service has so many ready endpoints.
    func readyEndpoints(
        _ service: String, _ count: Int, kubectl: String, seconds: Double = 20
    ) async throws {
        try await eventually("\(count) ready endpoints of \(service)", seconds: seconds) {
            let ready = try await self.check([
                kubectl, "get", "endpointslices", "-l", "kubernetes.io/service-name=\(service)",
                "-o",
                "jsonpath={range .items[*].endpoints[*]}{.conditions.ready}{\"\\n\"}{end}",
            ])
            return ready.split(separator: "\n").count { $0 == "true" } == count
        }
    }

    /// The body of an HTTP answer.
    func ask(_ address: String) async throws -> String {
        try await check([
            "curl", "--silent", "--show-error", "--fail", "--max-time", "5", "http://\(address)/",
        ]).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
