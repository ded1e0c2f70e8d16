import Addresses
import Linux
import Synchronization

/// What an HTTP server's thread is told. Listeners have numbers that are never used again.
enum HTTPServerCommand: Sendable {
    case open(UInt64, IPSocketAddress, HTTPConnection.Handler)
    case close(UInt64)
    case stop(Confirmation)
}

/// The part of an HTTP server's thread that others may touch.
final class HTTPServerInbox: Sendable {
    private struct State {
        var commands: [HTTPServerCommand] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    let event: EventDescriptor

    init() throws(SystemError) { event = try EventDescriptor() }

    /// Commands are obeyed in order; once the thread has ended there is nothing left to do for them.
    func post(_ command: HTTPServerCommand) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.commands.append(command) }
            return state.isClosed
        }
        if isClosed { command.confirmStop() } else { event.signal() }
    }

    func takeAll() -> [HTTPServerCommand] {
        event.consume()
        return state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// The thread ends: whoever waits for that is told.
    func close() {
        let left = state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
        for command in left { command.confirmStop() }
    }
}

extension HTTPServerCommand {
    fileprivate func confirmStop() {
        switch self {
        case .stop(let confirmation): confirmation.confirm()
        case .open, .close: break
        }
    }
}
