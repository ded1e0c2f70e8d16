import Linux
import NIOCore
import NIOPosix
import ServerProcess
import Synchronization

/// A `pointsman up` on a new data directory, and connections to it.
final class Lab: Sendable {
    let directory: String
    let connector: Connector
    private let options: ServerProcess.Options
    private let running: Mutex<ServerProcess>

    var server: ServerProcess { running.withLock { $0 } }

    private init(
        _ directory: String, _ options: ServerProcess.Options, _ server: ServerProcess,
        _ connector: Connector
    ) {
        self.directory = directory
        self.options = options
        self.connector = connector
        running = Mutex(server)
    }

    /// Runs `body` against a server of its own.
    static func with(
        _ binary: String, on group: any EventLoopGroup, _ body: (Lab) async throws -> Void
    ) async throws {
        let directory =
            "\(Host.environment("TMPDIR") ?? "/var/tmp")/pointsman-benchmark-"
            + String(MonotonicTime.nanoseconds)
        try FileSystem.makeDirectories(directory)
        defer { Self.remove(directory) }
        let options = ServerProcess.Options(binary: binary, dataDirectory: directory)
        let server = try await ServerProcess.start(options)
        let lab = Lab(directory, options, server, try Connector(server.kubeconfig, on: group))
        try await body(lab)
        try await lab.server.stop()
    }

    /// Kills the server and starts it again on what it has stored.
    func restart() async throws {
        try await server.kill()
        let next = try await ServerProcess.start(options)
        running.withLock { $0 = next }
    }

    /// Sends prepared requests with so many clients; throws unless all are carried out.
    @discardableResult
    func run(_ round: Caller.Round, clients: Int) async throws -> Caller.Round.State {
        try await Caller.run(round, clients: clients, connector)
        return round.result
    }

    /// Creates EndpointSlices: `slice-0`, `slice-1`, ….
    func createSlices(_ count: Int) async throws {
        let connector = connector
        let round = Caller.Round(count: count) {
            connector.create(Objects.slices, Objects.slice($0))
        }
        try await run(round, clients: min(count, 64))
    }

    /// Processor time of the server so far, in microseconds.
    var processorTime: Double { Double(ProcessUse(of: server.pid)?.ticks ?? 0) * 10_000 }

    private static func remove(_ directory: String) {
        for name in FileSystem.list(directory) {
            let path = "\(directory)/\(name)"
            if !FileSystem.list(path).isEmpty { remove(path) }
            try? FileSystem.remove(path)
        }
        try? FileSystem.remove(directory)
    }
}
