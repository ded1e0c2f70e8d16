import Addresses
import Linux
import LoadBalancing
import Synchronization

/// From a client's connection to a backend's.
extension RelayLoop {
    /// How many connections one readable event accepts: few, so that the other threads get their share.
    private static var acceptBatch: Int { 4 }

    mutating func acceptConnections(_ listener: RelayListener, _ tcp: SharedListener) {
        for _ in 0..<Self.acceptBatch {
            var peer: IPSocketAddress?
            let accepted: TCPSocket?
            do {
                accepted = try tcp.listener.accept(peer: &peer)
            } catch {
                pauseListeners()
                return
            }
            guard let client = accepted, let peer else { return }
            if let other = lighterPeer() {
                let raw = client.release()
                // Counted at once, so that the next connections see it.
                other.load.add(1, ordering: .relaxed)
                other.post(.adopt(AcceptedSocket(raw: raw, peer: peer, listener: listener)))
            } else {
                inbox.load.add(1, ordering: .relaxed)
                open(client, peer, listener)
            }
        }
    }

    /// A thread with clearly fewer connections than this one.
    private func lighterPeer() -> RelayInbox? {
        let own = inbox.load.load(ordering: .relaxed)
        guard own > 2 else { return nil }
        var lightest: (inbox: RelayInbox, load: Int)?
        for peer in peers {
            let load = peer.load.load(ordering: .relaxed)
            if load < lightest?.load ?? Int.max { lightest = (peer, load) }
        }
        guard let lightest, own > lightest.load + lightest.load / 4 + 2 else { return nil }
        return lightest.inbox
    }

    mutating func adopt(_ accepted: AcceptedSocket) {
        let client = TCPSocket(descriptor: OwnedDescriptor(owning: accepted.raw))
        // The listener may have learned of an update since the other thread accepted.
        guard let listener = listeners[accepted.listener.socket.id] else {
            refuse(client)
            return
        }
        open(client, accepted.peer, listener)
    }

    private mutating func open(
        _ client: consuming TCPSocket, _ peer: IPSocketAddress, _ listener: RelayListener
    ) {
        guard case .serve(let list) = listener.sources.verdict(for: peer.address) else {
            refuse(client)
            return
        }
        if listener.isFiltered { try? client.descriptor.setFilter(nil) }
        // Many clients speak first, and at once.
        let early = client.receive(into: scratch)
        if case .failed = early {
            refuse(client)
            return
        }
        var attempts = 0
        guard
            let (slot, raw) = connectToNext(
                listener.relay, list, peer.address, hasBytes: early.count > 0,
                attempts: &attempts)
        else {
            refuse(client)
            return
        }
        let backend = TCPSocket(descriptor: OwnedDescriptor(owning: raw))
        var connection = Connection(
            client: client, backend: backend, clientAddress: peer.address, relay: listener.relay,
            list: list, slot: slot)
        connection.attempts = attempts
        connection.up.begin(with: UnsafeRawBufferPointer(rebasing: scratch[..<early.count]))
        connection.deadline = now + settings.connectTimeout.wholeNanoseconds
        let index = connections.insert(connection)
        connecting.append(index, in: connections)
        watchSocket(index, .backend)
        watchSocket(index, .client)
    }

    private func refuse(_ client: consuming TCPSocket) {
        client.resetOnClose()
        inbox.load.subtract(1, ordering: .relaxed)
    }

    func watchSocket(_ index: Int, _ side: RelayToken.Kind) {
        let connection = connections[index]
        let token = RelayToken(side, index, generation: connections.generation(index)).bits
        if side == .client {
            try? epoll.add(
                connection.pointee.client.descriptor, Epoll.Interest.streamEdges, token: token)
        } else {
            try? epoll.add(
                connection.pointee.backend.descriptor, Epoll.Interest.streamEdges, token: token)
        }
    }

    /// Chooses a backend and starts to connect, with bytes at hand to send at once or without; each backend is tried once at most. Nil if none is left.
    mutating func connectToNext(
        _ relay: ServicePortRelay, _ list: BackendList, _ client: IPAddress, hasBytes: Bool,
        attempts: inout Int
    ) -> (BackendSlot, raw: Int32)? {
        while true {
            let tried = attempts
            let random = random.next()
            let now = now
            let choice = relay.chooser.withLock { chooser in
                tried < chooser.count(list)
                    ? chooser.choose(from: list, for: client, now: now, random: random) : nil
            }
            guard let choice else { return nil }
            attempts += 1
            do {
                let socket = try TCPSocket(choice.backend.address.family, [])
                if hasBytes { socket.delayAcknowledgement() }
                _ = try socket.connect(to: choice.backend)
                return (choice.slot, socket.release())
            } catch {
                if error.isShortageHere {
                    relay.chooser.withLock { $0.closed(choice.slot) }
                    return nil
                }
                relay.chooser.withLock { $0.failed(choice.slot, now: now) }
            }
        }
    }
}

extension Transfer {
    /// The bytes that were moved.
    fileprivate var count: Int {
        switch self {
        case .bytes(let count): count
        case .end, .wouldBlock, .failed: 0
        }
    }
}

extension SystemError {
    /// This process or host has run out of something: no backend's fault, and no other one would help.
    var isShortageHere: Bool {
        [
            .tooManyDescriptors, .tooManyDescriptorsInSystem, .noMemory, .noBufferSpace,
            .addressNotAvailable,
        ].contains(errno)
    }
}
