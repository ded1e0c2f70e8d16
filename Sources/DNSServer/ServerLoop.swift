import Addresses
import Linux
import Logging
import Wire

/// The server's thread: one epoll set over listeners, TCP clients and exchanges with upstreams. Its parts are in
/// `ServerLoop+Datagrams`, `+Streams` and `+Forwarding`.
final class ServerLoop {
    let configuration: DNSServerConfiguration
    let listeners: [Listener]
    let zone: SharedZone
    let answerer: Answerer
    let logger: Logger
    let epoll: Epoll

    // Datagrams
    static let batch = 64
    var received = ReceivedDatagrams(capacity: ServerLoop.batch, payloadSize: 4096)
    var replies: ReplyBatch

    // Streams
    var connections: [UInt64: (connection: StreamConnection, interest: Epoll.Interest)] = [:]
    var nextConnection: UInt64 = 0
    var nextSweep: UInt64 = 0
    /// When clients are accepted again; nil while they are.
    var resumesAccepting: UInt64?

    // Forwarding
    var forwarder: Forwarder<PendingReply>
    var exchanges: [UInt64: UpstreamExchange] = [:]
    /// By lookup, the number of the exchange under way.
    var running: [UInt64: UInt64] = [:]
    /// In their order: every exchange has the same time.
    var deadlines: [(time: UInt64, exchange: UInt64)] = []
    var nextDeadline = 0
    var nextExchange: UInt64 = 0
    var random = SystemRandomNumberGenerator()

    /// For what is read from TCP; a message has at most as much.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    enum Token {
        case wake
        case datagrams(Int)
        case accept(Int)
        case connection(UInt64)
        case exchange(UInt64)

        /// The kind in the upper byte.
        var rawValue: UInt64 {
            switch self {
            case .wake: 0
            case .datagrams(let index): 1 << 56 | UInt64(index)
            case .accept(let index): 2 << 56 | UInt64(index)
            case .connection(let number): 3 << 56 | number
            case .exchange(let number): 4 << 56 | number
            }
        }

        init(rawValue: UInt64) {
            let number = rawValue & (1 << 56 - 1)
            switch rawValue >> 56 {
            case 1: self = .datagrams(Int(number))
            case 2: self = .accept(Int(number))
            case 3: self = .connection(number)
            case 4: self = .exchange(number)
            default: self = .wake
            }
        }
    }

    init(
        _ configuration: DNSServerConfiguration, _ listeners: [Listener], _ zone: SharedZone,
        _ logger: Logger
    ) throws(SystemError) {
        self.configuration = configuration
        self.listeners = listeners
        self.zone = zone
        self.logger = logger
        var options = Answerer.Options(hasUpstreams: !configuration.upstreams.addresses.isEmpty)
        options.maximumPayload = max(UInt16(DNS.minimumPayload), configuration.maximumPayload)
        answerer = Answerer(options: options)
        replies = ReplyBatch(capacity: Self.batch, slotSize: Int(options.maximumPayload))
        forwarder = Forwarder(configuration.upstreams)
        epoll = try Epoll()
        for (index, listener) in listeners.enumerated() {
            try epoll.add(
                listener.udp.descriptor, .readable, token: Token.datagrams(index).rawValue)
            try epoll.add(
                listener.tcp.descriptor, .readable, token: Token.accept(index).rawValue)
        }
    }

    deinit { scratch.deallocate() }

    func run(wake: borrowing EventDescriptor, until isStopping: () -> Bool) throws(SystemError) {
        try epoll.add(wake.descriptor, .readable, token: Token.wake.rawValue)
        var events = Epoll.EventBuffer()
        while !isStopping() {
            let count = try epoll.wait(&events, milliseconds: waitingTime())
            for index in 0..<count {
                switch Token(rawValue: events[index].token) {
                case .wake: wake.consume()
                case .datagrams(let index): receiveDatagrams(index)
                case .accept(let index): accept(index)
                case .connection(let number): advanceConnection(number)
                case .exchange(let number): advanceExchange(number)
                }
            }
            expire(now: MonotonicTime.nanoseconds)
        }
    }

    /// Milliseconds until something runs out; -1: nothing does.
    private func waitingTime() -> Int32 {
        var next = connections.isEmpty ? UInt64.max : nextSweep
        if nextDeadline < deadlines.count { next = min(next, deadlines[nextDeadline].time) }
        if let resumesAccepting { next = min(next, resumesAccepting) }
        guard next < .max else { return -1 }
        let now = MonotonicTime.nanoseconds
        return next <= now ? 0 : Int32(clamping: (next - now) / 1_000_000 + 1)
    }

    private func expire(now: UInt64) {
        expireExchanges(now: now)
        if now >= nextSweep { closeIdleConnections(now: now) }
        if let time = resumesAccepting, now >= time { resumeAccepting() }
    }

    /// Answers a query, or says what an upstream has to be asked.
    func answer(_ query: [UInt8], from client: PendingReply.Client) -> Reply {
        switch zone.answer(query, by: answerer) {
        case .ignore: return .none
        case .reply(let message, let limit):
            return .now(message.encoded(limit: client.isDatagram ? limit : DNS.maximumMessage))
        case .ask(let pending): return .later(pending)
        }
    }

    enum Reply {
        case none
        case now([UInt8])
        case later(Answerer.Pending)
    }
}

extension Duration {
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
