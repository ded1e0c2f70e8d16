import Linux
import LoadBalancing

/// One relay thread: an epoll set, the connections and UDP flows it carries, and nothing that another thread
/// touches but the inbox.
struct RelayLoop: ~Copyable {
    private let shared: SharedEpoll
    let inbox: RelayInbox
    /// Of all threads, for balance; this one's among them.
    let peers: [RelayInbox]
    let settings: UserspaceSettings
    var listeners: [Int: RelayListener] = [:]
    var random: RandomBits
    /// Nanoseconds; read once a round.
    var now = MonotonicTime.nanoseconds

    var connections = Slab<Connection>()
    var connecting = ConnectingList()
    /// Connections with more to move than one turn allows.
    var queue: [RelayToken] = []
    var pipes: PipePool
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 64)
    /// When connections to removed backends are cut, earliest first.
    var drains: [UInt64] = []
    /// Descriptors ran out: listeners rest until then.
    var pausedUntil: UInt64?

    var flows: FlowTable
    private var isStopped = false

    /// `epoll` waits for the inbox already.
    init(
        epoll: SharedEpoll, inbox: RelayInbox, peers: [RelayInbox],
        settings: UserspaceSettings
    ) {
        shared = epoll
        self.inbox = inbox
        self.peers = peers
        self.settings = settings
        random = RandomBits()
        pipes = PipePool(limit: settings.pipesPerThread, capacity: settings.pipeCapacity)
        flows = FlowTable(limit: settings.udpFlowsPerThread)
    }

    var epoll: Epoll {
        _read { yield shared.epoll }
    }

    deinit { scratch.deallocate() }

    mutating func run() {
        var events = Epoll.EventBuffer(capacity: 256)
        while !isStopped {
            // With an epoll set, a buffer and a timeout that are all valid, no error is possible.
            guard let count = try? epoll.wait(&events, milliseconds: timeout) else { continue }
            now = MonotonicTime.nanoseconds
            for index in 0..<count { handle(events[index]) }
            pumpQueue()
            expire()
            letOthersRun(after: count)
        }
    }

    /// A round of several events tells of load, and what was just sent is answered soon. Who shares this
    /// processor runs first, so that the next round finds more events and fewer threads are woken: a fifth more
    /// connections a second where clients, relay and servers share two cores. After a lone event the thread waits
    /// at once, and is woken ahead of others that compute: no latency is added where there is little to do.
    private func letOthersRun(after events: Int) {
        if events > 1 { Linux.Thread.yield() }
    }

    private mutating func handle(_ event: Epoll.Event) {
        let token = RelayToken(bits: event.token)
        switch token.kind {
        case .client, .backend: handleConnection(token, event.ready)
        case .listener: handleListener(token.index)
        case .flow: handleFlow(token, event.ready)
        case .inbox: for command in inbox.takeAll() { obey(command) }
        }
    }

    private mutating func handleListener(_ id: Int) {
        guard let listener = listeners[id] else { return }
        switch listener.socket.transport {
        case .tcp(let tcp): acceptConnections(listener, tcp)
        case .udp(let udp): receive(listener, udp)
        }
    }

    /// Until the next deadline, in milliseconds; -1: there is none.
    private var timeout: Int32 {
        if !queue.isEmpty { return 0 }
        var earliest = UInt64.max
        if connecting.first >= 0 { earliest = connections[Int(connecting.first)].pointee.deadline }
        if let drain = drains.first { earliest = min(earliest, drain) }
        if let pausedUntil { earliest = min(earliest, pausedUntil) }
        if let idle = flows.oldestUse {
            earliest = min(earliest, idle + settings.udpIdleTimeout.wholeNanoseconds)
        }
        if earliest == .max { return -1 }
        return earliest <= now ? 0 : Int32(clamping: (earliest - now) / 1_000_000 + 1)
    }

    private mutating func expire() {
        expireConnecting()
        expireFlows()
        if let drain = drains.first, drain <= now {
            drains.removeFirst()
            cutDrained()
        }
        if let until = pausedUntil, until <= now {
            pausedUntil = nil
            for listener in listeners.values { watch(listener) }
        }
    }

    private mutating func obey(_ command: RelayCommand) {
        switch command {
        case .update(let update): take(update)
        case .adopt(let accepted): adopt(accepted)
        case .stop(let confirmation):
            isStopped = true
            closeAll()
            confirmation.confirm()
        }
    }

    private mutating func take(_ update: RelayUpdate) {
        for (id, listener) in update.listeners {
            let old = listeners.updateValueOrRemove(listener, forKey: id)
            if let old, listener == nil {
                unwatch(old)
                endFlows(ofListener: id)
            }
            if old == nil, let listener { watch(listener) }
            if old != nil, let listener { endFlows(ofListener: id, unlessServedBy: listener) }
        }
        if update.backendsGone {
            leaveRemovedBackends()
            leaveRemovedFlows()
            if let deadline = settings.drainDeadline {
                drains.append(now + deadline.wholeNanoseconds)
            }
        }
        update.confirmation.confirm()
    }

    private func watch(_ listener: RelayListener) {
        let token = RelayToken(.listener, listener.socket.id).bits
        switch listener.socket.transport {
        case .tcp(let tcp):
            try? epoll.add(tcp.listener.descriptor, [.readable, .exclusive], token: token)
        case .udp(let udp): try? epoll.add(udp.socket.descriptor, .readable, token: token)
        }
    }

    private func unwatch(_ listener: RelayListener) {
        switch listener.socket.transport {
        case .tcp(let tcp): try? epoll.remove(tcp.listener.descriptor)
        case .udp(let udp): try? epoll.remove(udp.socket.descriptor)
        }
    }

    /// Without descriptors, accepting fails at once for as long as a client waits: rest instead of spinning.
    mutating func pauseListeners() {
        guard pausedUntil == nil else { return }
        pausedUntil = now + 50_000_000
        for listener in listeners.values { unwatch(listener) }
    }

    private mutating func closeAll() {
        for index in 0..<connections.indexLimit where connections.isUsed(index) {
            close(index, reset: true)
        }
        for listener in listeners.values { unwatch(listener) }
        for id in listeners.keys { endFlows(ofListener: id) }
        listeners = [:]
    }
}

extension Dictionary {
    fileprivate mutating func updateValueOrRemove(_ value: Value?, forKey key: Key) -> Value? {
        if let value { return updateValue(value, forKey: key) }
        return removeValue(forKey: key)
    }
}

extension Duration {
    /// Clamped to 0 and to the range of a clock's nanoseconds.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(min(seconds, 1 << 32)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

/// An epoll set on its way to its thread.
final class SharedEpoll: Sendable {
    let epoll: Epoll
    init(_ epoll: consuming Epoll) { self.epoll = epoll }
}
