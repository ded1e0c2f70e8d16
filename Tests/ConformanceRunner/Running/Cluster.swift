import APIClient
import Addresses
import FoundationEssentials
import Linux
import Synchronization

/// A `pointsman up` with a store of its own, ready for requests of its administrator.
final class Cluster: Sendable {
    let settings: ServerSettings
    let api: Conversation
    private let binary: String
    private let directory: String
    private let server: Mutex<Server>

    /// Starts a server and waits until everything answers.
    init(_ settings: ServerSettings, binary: String) async throws {
        self.settings = settings
        self.binary = binary
        directory =
            FileManager.default.temporaryDirectory.path
            + "/pointsman-conformance-\(UUID().uuidString.prefix(8))"
        do {
            server = Mutex(try await Server(settings, binary, directory))
            let text = try FileSystem.readText("\(directory)/kubeconfig")
            api = Conversation(try APIClient(Kubeconfig(yaml: text, directory: directory)))
        } catch {
            try? FileManager.default.removeItem(atPath: directory)
            throw error
        }
    }

    /// Where the server's DNS answers, as it has said itself.
    var dns: IPSocketAddress? {
        guard let part = said.split(separator: "DNS ").last else { return nil }
        return IPSocketAddress(String(part.prefix { $0 != "," }))
    }

    /// What the server has said, for the report of a case that it did not survive.
    var said: String { server.withLock(\.output).text }

    /// It no longer has the settings that it was made with.
    var isChanged: Bool { restarts.load(ordering: .relaxed) }
    private let restarts = Atomic(false)

    /// Starts the server anew, on the same store but with other settings.
    func restart(_ settings: ServerSettings) async throws {
        restarts.store(true, ordering: .relaxed)
        await server.withLock(\.self).stop()
        let next = try await Server(settings, binary, directory)
        server.withLock { $0 = next }
    }

    /// Takes away what a case has made; false if something stays, so that the next case needs a new server.
    func cleanUp() async -> Bool { await api.deleteCreated() }

    /// Ends the server and removes its store.
    func stop() async {
        await server.withLock(\.self).stop()
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// One process.
private struct Server: Sendable {
    let process: SupervisedProcess
    let output: ServerOutput

    init(_ settings: ServerSettings, _ binary: String, _ directory: String) async throws {
        try OwnNetwork.add(settings.hostAddresses)
        let command = [binary, "up", "--data-dir", directory] + settings.arguments
        process = try await SupervisedProcess.start(
            ProcessSpecification(command: command, environment: Host.environment))
        output = ServerOutput(process)
        guard await output.waits(for: "export KUBECONFIG=") else {
            throw Failure("the server did not start: \(output.text)")
        }
    }

    func stop() async {
        process.send(.terminate)
        let timeout = Task { [process] in
            try await Task.sleep(for: .seconds(10))
            process.kill()
        }
        _ = await process.exit()
        timeout.cancel()
    }
}

/// What a server writes, collected as it comes.
private final class ServerOutput: Sendable {
    private let collected = Mutex("")
    private let isOver = Mutex(false)

    init(_ process: SupervisedProcess) {
        Task { [self] in
            while let bytes = try? await process.standardOutput.readWhenReady(), !bytes.isEmpty {
                append(bytes)
            }
            isOver.withLock { $0 = true }
        }
        Task { [self] in
            while let bytes = try? await process.standardError.readWhenReady(), !bytes.isEmpty {
                append(bytes)
            }
        }
    }

    var text: String { collected.withLock { $0 } }

    private func append(_ bytes: [UInt8]) {
        collected.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }

    /// False if the server ends, or takes more than half a minute, before it says `text`.
    func waits(for text: String) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while !self.text.contains(text) {
            if isOver.withLock({ $0 }) || ContinuousClock.now > deadline { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}
