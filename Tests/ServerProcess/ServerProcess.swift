package import APIClient
import Glibc
import Linux
import Synchronization

/// A `pointsman up` as a process of its own, which can be killed and started again on the same data. It ends with the
/// process that started it, whatever way that ends.
package final class ServerProcess: Sendable {
    package struct Options: Sendable {
        /// The program.
        package var binary: String
        package var dataDirectory: String
        /// `address:port` of the API.
        package var listen = "127.0.0.1:6443"
        /// Further arguments of `up`.
        package var arguments: [String] = []

        package init(binary: String, dataDirectory: String) {
            self.binary = binary
            self.dataDirectory = dataDirectory
        }
    }

    /// Why there is no server.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let pid: Int32
    package let kubeconfig: Kubeconfig
    private let process: SupervisedProcess
    private let output: Output

    /// Starts the program and waits until it says that it is ready.
    package static func start(_ options: Options) async throws -> ServerProcess {
        let specification = ProcessSpecification(
            command: [
                options.binary, "up", "--data-dir", options.dataDirectory, "--listen",
                options.listen,
            ] + options.arguments,
            environment: Host.environment)
        let process = try await SupervisedProcess.start(specification)
        let output = Output()
        output.follow(process)
        guard await output.isReady() else {
            process.kill()
            _ = await process.exit()
            throw Failure(description: "pointsman up did not become ready:\n\(output.text)")
        }
        guard let pid = process.processes.first else {
            throw Failure(description: "pointsman up ended at once:\n\(output.text)")
        }
        let path = options.dataDirectory + "/kubeconfig"
        let kubeconfig = try Kubeconfig(
            yaml: try FileSystem.readText(path), directory: options.dataDirectory)
        return ServerProcess(process, pid, kubeconfig, output)
    }

    private init(
        _ process: SupervisedProcess, _ pid: Int32, _ kubeconfig: Kubeconfig, _ output: Output
    ) {
        self.process = process
        self.pid = pid
        self.kubeconfig = kubeconfig
        self.output = output
    }

    /// What it has printed.
    package var printed: String { output.text }

    /// SIGKILL; returns when it is gone.
    package func kill() async throws {
        // Not through the supervisor: the end of the process itself is waited for.
        Glibc.kill(pid, SIGKILL)
        let status = await process.exit()
        guard status == .signaled(Signal.kill.rawValue) else {
            throw Failure(description: "pointsman up \(status) before it was killed:\n\(printed)")
        }
    }

    /// SIGTERM; throws unless it ends as it should.
    package func stop() async throws {
        process.send(.terminate)
        let status = await process.exit()
        guard status == .exited(0) else {
            throw Failure(description: "pointsman up \(status) when it was stopped:\n\(printed)")
        }
    }
}

/// What a process prints, and whether the line that says that it is ready was there.
private final class Output: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var open = 2
        var waiting: CheckedContinuation<Bool, Never>?
        var isReady: Bool?
    }

    private let state = Mutex(State())

    var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

    func follow(_ process: SupervisedProcess) {
        Task { await read { try? await process.standardOutput.readWhenReady() } }
        Task { await read { try? await process.standardError.readWhenReady() } }
    }

    /// Waits for the line; false if the process ends before.
    func isReady() async -> Bool {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.isReady == nil { state.waiting = continuation }
                return state.isReady
            }
            if let isReady { continuation.resume(returning: isReady) }
        }
    }

    private func read(_ next: () async -> [UInt8]?) async {
        while let bytes = await next() {
            state.withLock { state in
                state.bytes += bytes
                if state.isReady == nil, Self.isMarked(state.bytes) { settle(true, &state) }
            }
        }
        state.withLock { state in
            state.open -= 1
            if state.open == 0, state.isReady == nil { settle(false, &state) }
        }
    }

    private func settle(_ isReady: Bool, _ state: inout State) {
        state.isReady = isReady
        state.waiting?.resume(returning: isReady)
        state.waiting = nil
    }

    private static func isMarked(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains("export KUBECONFIG=")
    }
}
