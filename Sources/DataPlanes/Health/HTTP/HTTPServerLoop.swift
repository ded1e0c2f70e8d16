import Addresses
import Linux

/// The thread of an HTTP server: an epoll set, its listeners and connections, and nothing that another thread
/// touches but the inbox.
struct HTTPServerLoop: ~Copyable {
    static let inboxToken: UInt64 = 0
    /// How many connections one readable event accepts.
    private static let acceptBatch = 16
    private static let pause: UInt64 = 50_000_000

    private let shared: SharedEpoll
    private let inbox: HTTPServerInbox
    private let settings: HTTPServer.Settings
    private let report: HTTPServer.BindReport
    private var listeners: [UInt64: HTTPListener] = [:]
    /// Those whose address could not be bound.
    private var unbound: Set<UInt64> = []
    private var connections = HTTPConnectionTable()
    /// Nanoseconds; read once a round.
    private var now = MonotonicTime.nanoseconds
    /// Descriptors ran out: listeners rest until then.
    private var pausedUntil: UInt64?
    private var isStopped = false
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 64)

    /// `epoll` waits for the inbox already.
    init(
        epoll: SharedEpoll, inbox: HTTPServerInbox, _ settings: HTTPServer.Settings,
        report: @escaping HTTPServer.BindReport
    ) {
        shared = epoll
        self.inbox = inbox
        self.settings = settings
        self.report = report
    }

    deinit { scratch.deallocate() }

    mutating func run() {
        var events = Epoll.EventBuffer(capacity: 64)
        while !isStopped {
            // With an epoll set, a buffer and a timeout that are all valid, no error is possible.
            guard let count = try? shared.epoll.wait(&events, milliseconds: timeout) else {
                continue
            }
            now = MonotonicTime.nanoseconds
            for index in 0..<count { handle(events[index].token) }
            expire()
        }
        listeners = [:]
        connections = HTTPConnectionTable()
        inbox.close()
    }

    private mutating func handle(_ token: UInt64) {
        if token == Self.inboxToken {
            for command in inbox.takeAll() { obey(command) }
        } else if token & 1 == 1 {
            accept(token >> 1)
        } else {
            advance(token >> 1)
        }
    }

    /// Until the next deadline, in milliseconds; -1: there is none.
    private var timeout: Int32 {
        let retry = unbound.compactMap { listeners[$0]?.retryAt }.min()
        guard let next = [connections.firstDeadline, retry, pausedUntil].compactMap(\.self).min()
        else { return -1 }
        return next <= now ? 0 : Int32(clamping: (next - now) / 1_000_000 + 1)
    }

    private mutating func expire() {
        while let deadline = connections.firstDeadline, deadline <= now {
            connections.removeOldest()
        }
        for number in unbound {
            guard let listener = listeners[number], let retryAt = listener.retryAt else { continue }
            if retryAt <= now { bind(number, listener) }
        }
        if let until = pausedUntil, until <= now {
            pausedUntil = nil
            for (number, listener) in listeners { watch(number, listener) }
        }
    }
}

// MARK: Listeners

extension HTTPServerLoop {
    private mutating func obey(_ command: HTTPServerCommand) {
        switch command {
        case .open(let number, let address, let handler):
            let listener = HTTPListener(address, handler)
            listeners[number] = listener
            bind(number, listener)
        case .close(let number):
            listeners[number] = nil
            unbound.remove(number)
        case .stop(let confirmation):
            isStopped = true
            inbox.post(.stop(confirmation))
        }
    }

    private mutating func bind(_ number: UInt64, _ listener: HTTPListener) {
        let result = listener.bind(now: now, settings.bindBackoff)
        if listener.retryAt == nil {
            unbound.remove(number)
            if pausedUntil == nil { watch(number, listener) }
        } else {
            unbound.insert(number)
        }
        report(HTTPServer.ListenerID(number: number), result)
    }

    private mutating func watch(_ number: UInt64, _ listener: HTTPListener) {
        do {
            try listener.watch(shared.epoll, token: number << 1 | 1)
        } catch {
            pauseListeners()
        }
    }

    /// Without descriptors, accepting fails at once for as long as a client waits: rest instead of spinning.
    private mutating func pauseListeners() {
        pausedUntil = now + Self.pause
        for listener in listeners.values { listener.unwatch(shared.epoll) }
    }
}

// MARK: Connections

extension HTTPServerLoop {
    private mutating func accept(_ number: UInt64) {
        guard let listener = listeners[number] else { return }
        for _ in 0..<Self.acceptBatch {
            do throws(SystemError) {
                guard let socket = try listener.accept() else { return }
                open(socket, listener)
            } catch {
                // The oldest has had its time; its descriptor serves the next.
                if !connections.removeOldest() { return pauseListeners() }
            }
        }
    }

    private mutating func open(_ socket: consuming TCPSocket, _ listener: HTTPListener) {
        if connections.count >= settings.connectionLimit { connections.removeOldest() }
        let connection = HTTPConnection(
            socket, deadline: now + settings.exchangeTimeout.wholeNanoseconds,
            handler: listener.handler)
        let number = connections.insert(connection)
        do {
            try shared.epoll.add(
                connection.socket.descriptor, Epoll.Interest.streamEdges, token: number << 1)
        } catch {
            connections.remove(number)
        }
    }

    private mutating func advance(_ number: UInt64) {
        guard let connection = connections[number] else { return }
        switch connection.advance(scratch) {
        case .waiting: break
        case .over: connections.remove(number)
        }
    }
}
