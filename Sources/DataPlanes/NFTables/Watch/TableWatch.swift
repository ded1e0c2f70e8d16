import Linux
import Synchronization
import Wire

/// A thread that hears of changes of nf_tables and tells of those that somebody else has made to our table, when it
/// has been quiet for a moment.
final class TableWatch: Sendable {
    private struct Sockets: ~Copyable {
        var news: NetlinkSocket
        var detector: ForeignChangeDetector
    }

    private let sockets: Mutex<Sockets>
    private let event: EventDescriptor
    private let isEnded = Atomic<Bool>(false)
    private let suspicion = Mutex<ForeignChange?>(nil)

    /// In the network namespace of the calling thread.
    init(ownPort: UInt32) throws(NetlinkError) {
        do {
            event = try EventDescriptor()
        } catch {
            throw .failed(error)
        }
        let socket = try NetlinkSocket(.netfilter)
        try socket.setBuffers(send: 1 << 16, receive: 8 << 20)
        try socket.join(group: NFTables.group)
        sockets = Mutex(
            Sockets(news: socket, detector: ForeignChangeDetector(ownPort: ownPort)))
    }

    /// Starts the thread, which keeps the watch alive until `stop`. It calls `onChange`, which must not block.
    func start(_ onChange: @escaping @Sendable (ForeignChange) -> Void) throws(SystemError) {
        let epoll = SharedEpoll(try Epoll())
        try epoll.epoll.add(event.descriptor, .readable, token: 0)
        try sockets.withLock { (sockets) throws(SystemError) in
            try epoll.epoll.add(sockets.news.descriptor, .readable, token: 1)
        }
        _ = try Linux.Thread(named: "nftables-watch") { [self] in run(epoll, onChange) }
    }

    func stop() {
        isEnded.store(true, ordering: .relaxed)
        event.signal()
    }

    /// A change may have been missed: it is told like one that was seen.
    func suspect() {
        suspicion.withLock { $0 = $0 ?? .unknown }
        event.signal()
    }

    /// Runs `body` without hearing of what it does: a million notifications would take longer than the change.
    func deaf<Result>(_ body: () throws(NetlinkError) -> Result) throws(NetlinkError) -> Result {
        try? sockets.withLock { (sockets) throws(NetlinkError) in
            try sockets.news.leave(group: NFTables.group)
        }
        defer {
            let joined: Void? = try? sockets.withLock { (sockets) throws(NetlinkError) in
                try sockets.news.join(group: NFTables.group)
            }
            if joined == nil { suspect() }
        }
        return try body()
    }

    private func run(_ epoll: SharedEpoll, _ onChange: (ForeignChange) -> Void) {
        var events = Epoll.EventBuffer(capacity: 2)
        var debounce = Debounce(quiet: .milliseconds(50), longest: .milliseconds(300))
        while !isEnded.load(ordering: .relaxed) {
            let before = MonotonicTime.nanoseconds
            let timeout = debounce.due.map { due in
                due <= before ? 0 : Int32(clamping: (due - before) / 1_000_000 + 1)
            }
            // With an epoll set, a buffer and a timeout that are all valid, no error is possible.
            guard let count = try? epoll.epoll.wait(&events, milliseconds: timeout ?? -1) else {
                continue
            }
            let now = MonotonicTime.nanoseconds
            for index in 0..<count { consume(events[index].token) }
            if suspicion.withLock({ $0 }) != nil, count > 0 { debounce.news(at: now) }
            if debounce.take(at: now), let change = takeSuspicion() { onChange(change) }
        }
    }

    private func takeSuspicion() -> ForeignChange? {
        suspicion.withLock { suspicion in
            defer { suspicion = nil }
            return suspicion
        }
    }

    private func consume(_ token: UInt64) {
        guard token == 1 else {
            event.consume()
            return
        }
        let change = sockets.withLock { sockets -> ForeignChange? in
            guard let news = try? sockets.news.notifications() else { return .unknown }
            var change: ForeignChange?
            for message in news { change = sockets.detector.take(message) ?? change }
            return change
        }
        if let change { suspicion.withLock { $0 = change } }
    }
}
