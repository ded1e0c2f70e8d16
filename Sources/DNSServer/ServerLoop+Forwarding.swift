import Addresses
import Linux
import Logging
import Wire

extension ServerLoop {
    /// Asks an upstream; the client gets its answer now if it is cached, else later.
    func forward(_ waiter: PendingReply) {
        let action = forwarder.resolve(
            UpstreamQuestion(waiter.pending), for: waiter, excluding: ownAddresses(),
            now: MonotonicTime.nanoseconds, id: random.next())
        perform(action)
    }

    /// What leads back to this server: forwarding there would go round in circles.
    private func ownAddresses() -> Set<IPSocketAddress> {
        var own = Set(listeners.map(\.address))
        for listener in listeners where listener.address.address.isUnspecified {
            for upstream in configuration.upstreams.addresses
            where upstream.port == listener.address.port && upstream.address.isLoopback {
                own.insert(upstream)
            }
        }
        return own.union(zone.ownServiceAddresses.map { IPSocketAddress($0, DNS.port) })
    }

    private func perform(_ first: Forwarder<PendingReply>.Action) {
        var action = first
        while true {
            switch action {
            case .wait: return
            case .ask(let attempt):
                do throws(SystemError) {
                    try begin(attempt)
                    return
                } catch {
                    logger.debug(
                        "DNS upstream cannot be asked",
                        metadata: ["upstream": "\(attempt.upstream)", "error": "\(error)"])
                    action = forwarder.fail(attempt.lookup, id: random.next())
                }
            case .finish(let waiters, let message):
                finish(waiters, message)
                return
            }
        }
    }

    private func begin(_ attempt: Forwarder<PendingReply>.Attempt) throws(SystemError) {
        end(attempt.lookup)
        let exchange = try UpstreamExchange(attempt)
        nextExchange += 1
        try exchange.register(with: epoll, token: Token.exchange(nextExchange).rawValue)
        exchanges[nextExchange] = exchange
        running[attempt.lookup] = nextExchange
        let time = MonotonicTime.nanoseconds + forwarder.timeout.nanoseconds
        deadlines.append((time, nextExchange))
    }

    /// Closes the exchange of a lookup.
    private func end(_ lookup: UInt64) {
        guard let number = running.removeValue(forKey: lookup) else { return }
        exchanges[number] = nil
    }

    private func finish(_ waiters: [PendingReply], _ message: DNS.Message?) {
        for waiter in waiters {
            let reply = answerer.finish(waiter.pending, with: message)
            let limit =
                waiter.client.isDatagram
                ? answerer.datagramLimit(for: waiter.pending.query) : DNS.maximumMessage
            self.reply(reply.encoded(limit: limit), to: waiter.client)
        }
        replies.send()
    }

    func advanceExchange(_ number: UInt64) {
        guard let exchange = exchanges[number] else { return }
        let progress = exchange.advance(
            epoll, token: Token.exchange(number).rawValue, scratch)
        switch progress {
        case .wait: break
        case .failed: fail(exchange)
        case .messages(let messages):
            for message in messages {
                let action = forwarder.receive(
                    message, for: exchange.lookup, now: MonotonicTime.nanoseconds,
                    id: random.next())
                if case .wait = action { continue }
                end(exchange.lookup)
                perform(action)
                return
            }
            // A whole message over TCP that is no answer: nothing better will come.
            if exchange.isStream { fail(exchange) }
        }
    }

    private func fail(_ exchange: UpstreamExchange) {
        end(exchange.lookup)
        perform(forwarder.fail(exchange.lookup, id: random.next()))
    }

    func expireExchanges(now: UInt64) {
        while nextDeadline < deadlines.count, deadlines[nextDeadline].time <= now {
            let number = deadlines[nextDeadline].exchange
            nextDeadline += 1
            if let exchange = exchanges[number] { fail(exchange) }
        }
        // Done exchanges in front need no wake-up.
        while nextDeadline < deadlines.count, exchanges[deadlines[nextDeadline].exchange] == nil {
            nextDeadline += 1
        }
        if nextDeadline > 1024, nextDeadline * 2 > deadlines.count {
            deadlines.removeSubrange(..<nextDeadline)
            nextDeadline = 0
        }
    }
}
