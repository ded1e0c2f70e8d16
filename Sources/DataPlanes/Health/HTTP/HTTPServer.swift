import Addresses
import Linux
import Synchronization
import Watching

/// A small HTTP/1.1 server on one thread of its own: many listeners, one answer a connection. What a handler does
/// must be short; slow clients hold up nobody.
final class HTTPServer: Sendable {
    /// Tells one listener from the others.
    struct ListenerID: Hashable, Sendable {
        let number: UInt64
    }

    struct Settings: Sendable {
        /// From accept to the end of the exchange.
        var exchangeTimeout = Duration.seconds(10)
        /// With more, the oldest is closed.
        var connectionLimit = 1024
        /// Between attempts to bind an address.
        var bindBackoff = Backoff(first: .milliseconds(500), longest: .seconds(30))
    }

    /// What became of a listener, told on the server's thread: the address that it listens on, or why it does not
    /// (yet; it is tried again).
    typealias BindReport = @Sendable (ListenerID, Result<IPSocketAddress, SystemError>) -> Void

    private let inbox: HTTPServerInbox
    private let nextNumber = Atomic<UInt64>(1)

    /// Starts the thread. `report` must not block.
    init(
        named name: String, _ settings: Settings = Settings(), report: @escaping BindReport
    ) throws(SystemError) {
        let inbox = try HTTPServerInbox()
        self.inbox = inbox
        let epoll = SharedEpoll(try Epoll())
        try epoll.epoll.add(inbox.event.descriptor, .readable, token: HTTPServerLoop.inboxToken)
        _ = try Linux.Thread(named: name) {
            var loop = HTTPServerLoop(epoll: epoll, inbox: inbox, settings, report: report)
            loop.run()
        }
    }

    deinit { inbox.post(.stop(Confirmation(count: 1))) }

    /// Listens from now on; `report` hears what came of it. A handler that answers nil ends the connection.
    func open(
        _ address: IPSocketAddress, _ handler: @escaping HTTPConnection.Handler
    ) -> ListenerID {
        let (number, _) = nextNumber.add(1, ordering: .relaxed)
        inbox.post(.open(number, address, handler))
        return ListenerID(number: number)
    }

    /// Stops listening; nothing is reported of it any more, except what is on its way.
    func close(_ id: ListenerID) { inbox.post(.close(id.number)) }

    /// Closes everything and ends the thread.
    func stop() async {
        let confirmation = Confirmation(count: 1)
        inbox.post(.stop(confirmation))
        await confirmation.wait()
    }
}
