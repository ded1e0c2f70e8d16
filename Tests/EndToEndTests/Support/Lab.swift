import Foundation

/// A network namespace of its own for one test, with one `pointsman up` in it at a time: routes, ports and addresses
/// of tests do not meet.
final class Lab: Sendable {
    let namespace: String
    let directory: URL
    let user: User

    enum User: Sendable {
        case root
        /// `nobody`: no capability at all.
        case unprivileged
    }

    init(_ user: User) async throws {
        self.user = user
        namespace = "pmlab-\(UUID().uuidString.prefix(8).lowercased())"
        directory = FileManager.default.temporaryDirectory.appending(path: namespace)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: directory.path())
        try await Command.check(["ip", "netns", "add", namespace])
        try await inside(["ip", "link", "set", "lo", "up"])
        // A node address that leads nowhere: a veth pair whose other end is in the namespace too.
        try await inside(["ip", "link", "add", "node0", "type", "veth", "peer", "name", "node1"])
        for link in ["node0", "node1"] { try await inside(["ip", "link", "set", link, "up"]) }
        try await inside(["ip", "address", "add", "192.0.2.10/24", "dev", "node0"])
        try await inside([
            "ip", "-6", "address", "add", "2001:db8:1::10/64", "dev", "node0", "nodad",
        ])
        try await inside(["ip", "route", "add", "default", "via", "192.0.2.1"])
    }

    static let nodeIP = "192.0.2.10"

    /// Runs a program in the namespace as root.
    @discardableResult
    func inside(_ arguments: [String]) async throws -> String {
        try await Command.check(["ip", "netns", "exec", namespace] + arguments)
    }

    /// The arguments that run a program in the namespace as the lab's user.
    func wrapped(_ arguments: [String]) -> [String] {
        let enter = ["ip", "netns", "exec", namespace]
        switch user {
        case .root: return enter + arguments
        case .unprivileged:
            return enter
                + [
                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                    "--inh-caps=-all", "--bounding-set=-all",
                ] + arguments
        }
    }

    func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:],
        seconds: Double = 60
    ) async throws -> CommandResult {
        try await Command.run(
            wrapped(arguments), input: input,
            environment: self.environment.merging(environment) { $1 },
            seconds: seconds)
    }

    /// As `run`; throws what was printed where the exit status is not 0.
    @discardableResult
    func check(_ arguments: [String], input: String? = nil) async throws -> String {
        let result = try await run(arguments, input: input)
        guard result.succeeded else { throw CommandFailure(description: result.description) }
        return result.output
    }

    var dataDirectory: String { directory.appending(path: "data").path() }
    var kubeconfig: String { dataDirectory + "/kubeconfig" }
    var environment: [String: String] {
        ["KUBECONFIG": kubeconfig, "HOME": directory.path(), "TMPDIR": directory.path()]
    }

    /// Ends what is left and removes the namespace.
    func tearDown() async {
        let pids = try? await Command.check(["ip", "netns", "pids", namespace])
        for pid in (pids ?? "").split(separator: "\n").compactMap({ Int32($0) }) {
            kill(pid, SIGKILL)
        }
        _ = try? await Command.run(["ip", "netns", "delete", namespace])
        try? FileManager.default.removeItem(at: directory)
    }
}

/// Runs a test in a lab of its own that is removed whatever happens.
func withLab(_ user: Lab.User, _ body: (Lab) async throws -> Void) async throws {
    let lab = try await Lab(user)
    do {
        try await body(lab)
    } catch {
        await lab.tearDown()
        throw error
    }
    await lab.tearDown()
}
