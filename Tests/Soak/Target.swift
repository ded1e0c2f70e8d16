import APIClient
import Linux
import ServerProcess
import Synchronization

/// The server under test. Killed and started again it is another process on the same data and the same address.
final class Target: Sendable {
    private struct State {
        var server: ServerProcess
        /// How often it was started or killed.
        var changes = 0
    }

    private let options: ServerProcess.Options
    private let state: Mutex<State>

    init(_ options: ServerProcess.Options) async throws {
        self.options = options
        state = Mutex(State(server: try await ServerProcess.start(options)))
    }

    var kubeconfig: Kubeconfig { state.withLock { $0.server.kubeconfig } }
    /// Changes with every kill and every start: a request during which it stays was not disturbed.
    var changes: Int { state.withLock { $0.changes } }
    var use: ProcessUse? { ProcessUse(of: state.withLock { $0.server.pid }) }

    /// SIGKILL, then a new start.
    func restart() async throws {
        let server = state.withLock { state in
            state.changes += 1
            return state.server
        }
        try await server.kill()
        let next = try await ServerProcess.start(options)
        state.withLock { state in
            state.server = next
            state.changes += 1
        }
    }

    /// Stops it as an operator would; it must end well.
    func stop() async throws { try await state.withLock { $0.server }.stop() }
}
