import Addresses
import Linux
import Watching

/// A listener of an HTTP server, whether its address could be bound or not. It stays with the server's thread.
final class HTTPListener {
    let address: IPSocketAddress
    let handler: HTTPConnection.Handler
    private(set) var socket: TCPListener?
    /// Nanoseconds; nil: it is bound.
    private(set) var retryAt: UInt64?
    private var failures = 0

    init(_ address: IPSocketAddress, _ handler: @escaping HTTPConnection.Handler) {
        self.address = address
        self.handler = handler
        retryAt = 0
    }

    /// Tries once; answers the address that it listens on.
    func bind(now: UInt64, _ backoff: Backoff) -> Result<IPSocketAddress, SystemError> {
        do throws(SystemError) {
            let socket = try TCPListener(on: address)
            let bound = try socket.localAddress()
            self.socket = consume socket
            retryAt = nil
            return .success(bound)
        } catch {
            failures += 1
            retryAt = now + backoff.delay(attempt: failures).wholeNanoseconds
            return .failure(error)
        }
    }

    /// The next connection that waits; nil: there is none.
    func accept() throws(SystemError) -> TCPSocket? {
        var peer: IPSocketAddress?
        return try socket?.accept(peer: &peer)
    }

    func watch(_ epoll: borrowing Epoll, token: UInt64) throws(SystemError) {
        switch socket {
        case .some(let socket): try epoll.add(socket.descriptor, .readable, token: token)
        case .none: break
        }
    }

    func unwatch(_ epoll: borrowing Epoll) {
        switch socket {
        case .some(let socket): try? epoll.remove(socket.descriptor)
        case .none: break
        }
    }
}
