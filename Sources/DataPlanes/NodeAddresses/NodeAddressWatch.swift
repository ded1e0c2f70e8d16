import Addresses
import Linux
import Synchronization

/// What the watcher of node addresses and its thread share: the sockets, what is wanted and what there is.
final class NodeAddressWatch: Sendable {
    private struct State: ~Copyable {
        var stack: NetworkStack
        var wanted: NodeAddressWatcher.Wanted
        var addresses: Set<IPAddress> = []
        var isEnded = false
    }

    private struct Sockets: ~Copyable {
        var news: NetlinkSocket
    }

    private static let newsToken: UInt64 = 1
    private let state: Mutex<State>
    private let sockets: Mutex<Sockets>
    /// Something but the kernel has news.
    private let event: EventDescriptor

    /// Hears first and lists then: no change falls between the two.
    init(_ wanted: NodeAddressWatcher.Wanted) throws(NetlinkError) {
        do {
            event = try EventDescriptor()
        } catch {
            throw .failed(error)
        }
        sockets = Mutex(Sockets(news: try NetlinkSocket(.route, hearing: .addresses)))
        var stack = try NetworkStack()
        let addresses = wanted.addresses(of: try stack.addresses())
        state = Mutex(State(stack: stack, wanted: wanted, addresses: addresses))
    }

    func watch(_ epoll: borrowing Epoll) throws(SystemError) {
        try epoll.add(event.descriptor, .readable, token: 0)
        try sockets.withLock { (sockets) throws(SystemError) in
            try epoll.add(sockets.news.descriptor, .readable, token: Self.newsToken)
        }
    }

    var addresses: Set<IPAddress> { state.withLock { $0.addresses } }
    var isEnded: Bool { state.withLock { $0.isEnded } }

    func use(nodeIPs: Set<IPAddress>) {
        state.withLock { $0.wanted.nodeIPs = nodeIPs }
        event.signal()
    }

    func end() {
        state.withLock { $0.isEnded = true }
        event.signal()
    }

    /// Takes what made the token's descriptor readable. What the news are does not matter: all is listed again,
    /// also when the kernel had to throw some away (ENOBUFS).
    func consume(_ token: UInt64) {
        if token == Self.newsToken {
            sockets.withLock { _ = try? $0.news.notifications() }
        } else {
            event.consume()
        }
    }

    /// Lists again; answers the new set where it is another one.
    func list() throws(NetlinkError) -> Set<IPAddress>? {
        try state.withLock { (state) throws(NetlinkError) in
            let addresses = state.wanted.addresses(of: try state.stack.addresses())
            guard addresses != state.addresses else { return nil }
            state.addresses = addresses
            return addresses
        }
    }
}
