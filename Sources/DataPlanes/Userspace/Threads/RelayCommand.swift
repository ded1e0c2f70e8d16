import Addresses
import Linux
import Synchronization

/// What the control side, or another relay thread, tells a relay thread.
enum RelayCommand: Sendable {
    /// Listeners changed, backends went: take note and confirm.
    case update(RelayUpdate)
    /// A connection that another thread accepted, for balance.
    case adopt(AcceptedSocket)
    case stop(Confirmation)
}

/// A listening socket with what it does, as each thread holds it.
struct RelayListener: Sendable {
    let socket: ListeningSocket
    let sources: SourcePolicy
    let relay: ServicePortRelay
    /// Accepted sockets inherit the listener's filter; they can do without.
    let isFiltered: Bool
}

/// An open socket that the threads share; it is closed when the last of them has let go of it.
final class ListeningSocket: Sendable {
    enum Transport: Sendable {
        case tcp(SharedListener)
        case udp(SharedUDPSocket)
    }

    let key: ListenerKey
    /// Tells listeners apart in epoll tokens.
    let id: Int
    let transport: Transport

    init(_ key: ListenerKey, id: Int, _ transport: Transport) {
        self.key = key
        self.id = id
        self.transport = transport
    }

    var isUDP: Bool { key.transport == .udp }

    func setFilter(_ filter: SocketFilter?) throws(SystemError) {
        switch transport {
        case .tcp(let tcp): try tcp.listener.descriptor.setFilter(filter)
        case .udp(let udp): try udp.socket.descriptor.setFilter(filter)
        }
    }
}

final class SharedListener: Sendable {
    let listener: TCPListener
    init(_ listener: consuming TCPListener) { self.listener = listener }
}

final class SharedUDPSocket: Sendable {
    let socket: UDPSocket
    init(_ socket: consuming UDPSocket) { self.socket = socket }
}

struct RelayUpdate: Sendable {
    /// By id; nil: the listener goes.
    var listeners: [(id: Int, listener: RelayListener?)] = []
    /// Some backends are gone: connections that are still being made, and UDP flows, must leave them.
    var backendsGone = false
    let confirmation: Confirmation
}

/// A connection on its way from the thread that accepted it to the one that relays it.
struct AcceptedSocket: Sendable {
    /// Owned by the command: whoever takes it closes it.
    let raw: Int32
    let peer: IPSocketAddress
    let listener: RelayListener
}

/// Counts threads that have done what they were told, and wakes who waits for all of them.
final class Confirmation: Sendable {
    private struct State {
        var missing: Int
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(missing: count)) }

    func confirm() {
        let waiter = state.withLock { state in
            state.missing -= 1
            return state.missing == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.missing > 0 { state.waiter = continuation }
                return state.missing == 0
            }
            if isDone { continuation.resume() }
        }
    }
}
