import Addresses
import Linux
import Logging
import Wire

extension ServerLoop {
    private static let sweepInterval: UInt64 = 1_000_000_000
    private static let acceptPause: UInt64 = 1_000_000_000

    func accept(_ index: Int) {
        while true {
            do {
                var peer: IPSocketAddress?
                guard let socket = try listeners[index].tcp.accept(peer: &peer) else { return }
                // One too many is closed at once: the client learns it without waiting.
                guard connections.count < configuration.mostConnections else { continue }
                nextConnection += 1
                let now = MonotonicTime.nanoseconds
                if connections.isEmpty { nextSweep = now + Self.sweepInterval }
                let connection = StreamConnection(socket, now: now)
                try epoll.add(
                    connection.socket.descriptor, .readable,
                    token: Token.connection(nextConnection).rawValue)
                connections[nextConnection] = (connection, .readable)
            } catch {
                // No descriptors left, most likely: those who wait stay in the kernel's queue.
                logger.warning("DNS cannot accept over TCP", metadata: ["error": "\(error)"])
                pauseAccepting()
                return
            }
        }
    }

    /// epoll would report the waiting clients without end.
    private func pauseAccepting() {
        resumesAccepting = MonotonicTime.nanoseconds + Self.acceptPause
        setAccepting([])
    }

    func resumeAccepting() {
        resumesAccepting = nil
        setAccepting(.readable)
    }

    private func setAccepting(_ interest: Epoll.Interest) {
        for (index, listener) in listeners.enumerated() {
            do {
                try epoll.modify(
                    listener.tcp.descriptor, interest, token: Token.accept(index).rawValue)
            } catch {
                logger.error(
                    "DNS over TCP is not watched", metadata: ["error": "\(error)"])
            }
        }
    }

    func advanceConnection(_ number: UInt64) {
        guard let connection = connections[number]?.connection else { return }
        var state = connection.flush()
        if state == .open {
            state = connection.receive(scratch, now: MonotonicTime.nanoseconds) { query in
                take(query, number)
            }
        }
        settle(number, state)
    }

    private func take(_ query: [UInt8], _ number: UInt64) {
        let client = PendingReply.Client.stream(number)
        switch answer(query, from: client) {
        case .none: replyOnStream(nil, number)
        case .now(let bytes): replyOnStream(bytes, number)
        case .later(let pending): forward(PendingReply(client: client, pending: pending))
        }
    }

    func replyOnStream(_ bytes: [UInt8]?, _ number: UInt64) {
        guard let connection = connections[number]?.connection else { return }
        settle(number, connection.reply(bytes))
    }

    /// Closes the connection, or has epoll wait for what it needs now.
    private func settle(_ number: UInt64, _ state: StreamConnection.State) {
        guard let (connection, interest) = connections[number] else { return }
        if state == .closed {
            connections[number] = nil
            return
        }
        let wanted = connection.interest
        guard wanted != interest else { return }
        do {
            try epoll.modify(
                connection.socket.descriptor, wanted, token: Token.connection(number).rawValue)
            connections[number]?.interest = wanted
        } catch {
            connections[number] = nil
        }
    }

    func closeIdleConnections(now: UInt64) {
        nextSweep = now + Self.sweepInterval
        let limit = configuration.idleTimeout.nanoseconds
        // Whoever waits for an upstream is not idle; whoever does not read is.
        let idle = connections.filter { _, entry in
            now - min(now, entry.connection.lastActive) > limit && entry.connection.pending == 0
        }
        for number in idle.keys { connections[number] = nil }
    }
}
