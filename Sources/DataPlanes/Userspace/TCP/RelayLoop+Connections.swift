import Linux
import LoadBalancing
import Synchronization

/// Connections from the backend's answer to their end.
extension RelayLoop {
    mutating func handleConnection(_ token: RelayToken, _ ready: Epoll.Interest) {
        guard let connection = connections.find(token.index, generation: token.generation) else {
            return
        }
        if !connection.pointee.isConnected, token.kind == .backend {
            guard backendAnswered(token.index, ready) else { return }
        }
        if ready.containsAny(.error) {
            close(token.index, reset: true)
            return
        }
        let readable = ready.containsAny(.somethingToRead)
        let writable = ready.containsAny(.writable)
        if token.kind == .client {
            if readable { connection.pointee.up.isSourceReadable = true }
            if ready.containsAny(.peerClosed) { connection.pointee.up.hasSourceFIN = true }
            if writable { connection.pointee.down.isTargetWritable = true }
        } else {
            if readable { connection.pointee.down.isSourceReadable = true }
            if ready.containsAny(.peerClosed) { connection.pointee.down.hasSourceFIN = true }
            if writable { connection.pointee.up.isTargetWritable = true }
        }
        if connection.pointee.isConnected { pump(token.index) }
    }

    /// True: the connection stands, and the event may be used.
    private mutating func backendAnswered(_ index: Int, _ ready: Epoll.Interest) -> Bool {
        let connection = connections[index]
        if ready.containsAny(.errorOrHangUp) {
            retry(index)
            return false
        }
        guard ready.containsAny(.writable) else { return false }
        connection.pointee.isConnected = true
        connecting.remove(index, in: connections)
        let slot = connection.pointee.slot
        connection.pointee.relay.chooser.withLock { $0.connected(slot) }
        return true
    }

    /// The backend did not answer, or is removed: the next one is tried. No byte was relayed yet.
    private mutating func retry(_ index: Int, hasFailed: Bool = true) {
        let connection = connections[index]
        let relay = connection.pointee.relay
        let slot = connection.pointee.slot
        let now = now
        relay.chooser.withLock { chooser in
            if hasFailed { chooser.failed(slot, now: now) } else { chooser.closed(slot) }
        }
        connecting.remove(index, in: connections)
        var attempts = hasFailed ? connection.pointee.attempts : 0
        guard
            let (next, raw) = connectToNext(
                relay, connection.pointee.list, connection.pointee.clientAddress,
                hasBytes: connection.pointee.up.hasLeftover, attempts: &attempts)
        else {
            discard(index, reset: true)
            return
        }
        connection.pointee.backend = TCPSocket(descriptor: OwnedDescriptor(owning: raw))
        connection.pointee.slot = next
        connection.pointee.attempts = attempts
        connection.pointee.deadline = now + settings.connectTimeout.wholeNanoseconds
        connecting.append(index, in: connections)
        watchSocket(index, .backend)
    }

    mutating func expireConnecting() {
        while connecting.first >= 0,
            connections[Int(connecting.first)].pointee.deadline <= now
        {
            retry(Int(connecting.first))
        }
    }

    /// Connections that are still being made to backends that are gone are made to others.
    mutating func leaveRemovedBackends() {
        var index = connecting.first
        while index >= 0 {
            let connection = connections[Int(index)]
            let next = connection.pointee.next
            let slot = connection.pointee.slot
            if !connection.pointee.relay.chooser.withLock({ $0.isListed(slot) }) {
                retry(Int(index), hasFailed: false)
            }
            // What was appended meanwhile goes to backends that are listed.
            index = next
        }
    }

    /// The drain deadline has passed.
    mutating func cutDrained() {
        for index in 0..<connections.indexLimit where connections.isUsed(index) {
            let connection = connections[index]
            let slot = connection.pointee.slot
            if !connection.pointee.relay.chooser.withLock({ $0.isListed(slot) }) {
                close(index, reset: true)
            }
        }
    }

    mutating func pumpQueue() {
        guard !queue.isEmpty else { return }
        let turn = queue
        queue.removeAll(keepingCapacity: true)
        for token in turn {
            guard let connection = connections.find(token.index, generation: token.generation)
            else { continue }
            connection.pointee.isQueued = false
            pump(token.index)
        }
    }

    private mutating func pump(_ index: Int) {
        let connection = connections[index]
        var outcomes: (Stream.Outcome, Stream.Outcome) = (.waiting, .waiting)
        if connection.pointee.up.isReady {
            outcomes.0 = connection.pointee.up.pump(
                from: connection.pointee.client, to: connection.pointee.backend, scratch, &pipes)
        }
        if case .failed = outcomes.0 { return close(index, reset: true) }
        if connection.pointee.down.isReady {
            outcomes.1 = connection.pointee.down.pump(
                from: connection.pointee.backend, to: connection.pointee.client, scratch, &pipes)
        }
        if case .failed = outcomes.1 { return close(index, reset: true) }
        if case .ended = outcomes.0 { connection.pointee.up.markDone() }
        if case .ended = outcomes.1 { connection.pointee.down.markDone() }
        switch (connection.pointee.up.isDone, connection.pointee.down.isDone) {
        case (true, true): return close(index, reset: false)
        // Only at the moment when the one direction ends, while the other goes on.
        case (true, false):
            if case .ended = outcomes.0 { connection.pointee.backend.shutdownWriting() }
        case (false, true):
            if case .ended = outcomes.1 { connection.pointee.client.shutdownWriting() }
        case (false, false): break
        }
        if outcomes.0.isBudgetSpent || outcomes.1.isBudgetSpent { enqueue(index) }
    }

    private mutating func enqueue(_ index: Int) {
        let connection = connections[index]
        guard !connection.pointee.isQueued else { return }
        connection.pointee.isQueued = true
        queue.append(RelayToken(.client, index, generation: connections.generation(index)))
    }

    /// Ends a connection in whatever state it is.
    mutating func close(_ index: Int, reset: Bool) {
        let connection = connections[index]
        let slot = connection.pointee.slot
        if !connection.pointee.isConnected { connecting.remove(index, in: connections) }
        connection.pointee.relay.chooser.withLock { $0.closed(slot) }
        discard(index, reset: reset)
    }

    /// Ends a connection that no backend's count holds any more.
    private mutating func discard(_ index: Int, reset: Bool) {
        var connection = connections.remove(index)
        if reset {
            connection.client.resetOnClose()
            connection.backend.resetOnClose()
        }
        connection.up.close(&pipes)
        connection.down.close(&pipes)
        inbox.load.subtract(1, ordering: .relaxed)
    }
}

extension Stream.Outcome {
    fileprivate var isBudgetSpent: Bool {
        switch self {
        case .budgetSpent: true
        case .waiting, .ended, .failed: false
        }
    }
}
