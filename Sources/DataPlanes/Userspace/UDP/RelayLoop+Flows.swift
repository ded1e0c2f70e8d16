import Addresses
import Linux
import LoadBalancing
import Synchronization

/// UDP: from a client's first datagram to the flow's end.
extension RelayLoop {
    /// Batches that one event reads, so that others get their turn.
    private static var batches: Int { 4 }
    /// The longest datagram that is kept for another backend.
    private static var keptSize: Int { 2048 }

    /// Datagrams of clients.
    mutating func receive(_ listener: RelayListener, _ udp: SharedUDPSocket) {
        for _ in 0..<Self.batches {
            let count = (try? udp.socket.receive(into: &flows.incoming)) ?? 0
            var index = 0
            while index < count { index = forward(from: index, of: count, listener) }
            if count < FlowTable.batch { return }
        }
    }

    /// Sends the run of datagrams of one client that starts at `first` to its backend; returns its end.
    private mutating func forward(from first: Int, of count: Int, _ listener: RelayListener) -> Int
    {
        guard let client = flows.incoming.source(first) else { return first + 1 }
        var end = first + 1
        while end < count, flows.incoming.source(end) == client { end += 1 }
        let key = FlowKey(listener: listener.socket.id, client: client)
        guard let place = flows.place(of: key) ?? openFlow(key, listener) else { return end }
        flows.touch(place, now: now)
        flows.outgoing.removeAll()
        for index in first..<end { flows.outgoing.append(flows.incoming.payload(index)) }
        if !flows.slab[place].pointee.hasAnswered {
            let payload = flows.incoming.payload(end - 1)
            flows.slab[place].pointee.unanswered =
                payload.count <= Self.keptSize ? Array(payload) : []
        }
        send(place)
        return end
    }

    /// Sends the batch to the flow's backend. An error is that of an earlier datagram: the backend refuses.
    private mutating func send(_ place: Int) {
        var sent = 0
        var isRefused = false
        while sent < flows.outgoing.count {
            do {
                let count = try flows.slab[place].pointee.socket.send(&flows.outgoing, from: sent)
                // No room: what cannot wait is lost, as with any UDP.
                if count == 0 { return }
                sent += count
            } catch {
                if isRefused || error.errno == .messageTooLong {
                    sent += 1
                    continue
                }
                isRefused = true
                guard moveFlow(place, resend: false) else { return }
            }
        }
    }

    private mutating func openFlow(_ key: FlowKey, _ listener: RelayListener) -> Int? {
        // A reject of some sources only cannot be told to them while the socket serves others.
        guard case .serve(let list) = listener.sources.verdict(for: key.client.address) else {
            return nil
        }
        if flows.isFull, let oldest = flows.oldestPlace { endFlow(oldest) }
        var attempts = 0
        guard let (slot, raw) = nextSocket(listener.relay, list, key.client.address, &attempts)
        else { return nil }
        let socket = UDPSocket(descriptor: OwnedDescriptor(owning: raw))
        var flow = Flow(key, listener, list, slot, socket: socket)
        flow.attempts = attempts
        let place = flows.insert(flow, now: now)
        watchFlow(place)
        inbox.load.add(1, ordering: .relaxed)
        return place
    }

    private func watchFlow(_ place: Int) {
        let token = RelayToken(.flow, place, generation: flows.slab.generation(place)).bits
        try? epoll.add(flows.slab[place].pointee.socket.descriptor, .readable, token: token)
    }

    /// Chooses a backend and a socket for it; each backend is tried once at most.
    private mutating func nextSocket(
        _ relay: ServicePortRelay, _ list: BackendList, _ client: IPAddress, _ attempts: inout Int
    ) -> (BackendSlot, raw: Int32)? {
        while true {
            let tried = attempts
            let (now, random) = (now, random.next())
            let choice = relay.chooser.withLock { chooser in
                tried < chooser.count(list)
                    ? chooser.choose(from: list, for: client, now: now, random: random) : nil
            }
            guard let choice else { return nil }
            attempts += 1
            do {
                let socket = try UDPSocket(connectedTo: choice.backend)
                return (choice.slot, socket.release())
            } catch {
                let isOurs = error.isShortageHere
                relay.chooser.withLock { chooser in
                    if isOurs {
                        chooser.closed(choice.slot)
                    } else {
                        chooser.failed(choice.slot, now: now)
                    }
                }
                if isOurs { return nil }
            }
        }
    }

    /// The backend refuses: the flow goes to the next one, with the datagram that was not answered. False: there
    /// is none, and the flow has ended.
    @discardableResult
    private mutating func moveFlow(_ place: Int, resend: Bool) -> Bool {
        let flow = flows.slab[place]
        let (relay, slot) = (flow.pointee.listener.relay, flow.pointee.slot)
        let now = now
        relay.chooser.withLock { $0.failed(slot, now: now) }
        var attempts = flow.pointee.hasAnswered ? 0 : flow.pointee.attempts
        guard
            let (next, raw) = nextSocket(
                relay, flow.pointee.list, flow.pointee.key.client.address, &attempts)
        else {
            discardFlow(place)
            return false
        }
        flow.pointee.socket = UDPSocket(descriptor: OwnedDescriptor(owning: raw))
        flow.pointee.slot = next
        flow.pointee.attempts = attempts
        flow.pointee.hasAnswered = false
        watchFlow(place)
        if resend, !flow.pointee.unanswered.isEmpty {
            flow.pointee.unanswered.withUnsafeBytes { bytes in
                _ = flow.pointee.socket.descriptor.write(bytes)
            }
        }
        return true
    }

    /// Datagrams of a backend, or its ICMP error.
    mutating func handleFlow(_ token: RelayToken, _ ready: Epoll.Interest) {
        guard let flow = flows.slab.find(token.index, generation: token.generation),
            case .udp(let udp) = flow.pointee.listener.socket.transport
        else { return }
        for _ in 0..<Self.batches {
            let count: Int
            do {
                count = try flow.pointee.socket.receive(into: &flows.incoming)
            } catch {
                moveFlow(token.index, resend: true)
                return
            }
            if count == 0 { return }
            answered(token.index)
            flows.outgoing.removeAll()
            for index in 0..<count {
                flows.outgoing.append(flows.incoming.payload(index), to: flow.pointee.key.client)
            }
            reply(udp)
            if count < FlowTable.batch { return }
        }
    }

    private mutating func answered(_ place: Int) {
        let flow = flows.slab[place]
        flows.touch(place, now: now)
        guard !flow.pointee.hasAnswered else { return }
        flow.pointee.hasAnswered = true
        flow.pointee.unanswered = []
        let slot = flow.pointee.slot
        flow.pointee.listener.relay.chooser.withLock { $0.connected(slot) }
    }

    private mutating func reply(_ udp: SharedUDPSocket) {
        var sent = 0
        while sent < flows.outgoing.count {
            do {
                let count = try udp.socket.send(&flows.outgoing, from: sent)
                if count == 0 { return }
                sent += count
            } catch {
                sent += 1
            }
        }
    }

    mutating func expireFlows() {
        let timeout = settings.udpIdleTimeout.wholeNanoseconds
        while let oldest = flows.oldestPlace, let use = flows.oldestUse, use + timeout <= now {
            endFlow(oldest)
        }
    }

    /// Ends the listener's flows, or those of them that its new plan no longer serves in the same way.
    mutating func endFlows(ofListener id: Int, unlessServedBy listener: RelayListener? = nil) {
        for place in 0..<flows.slab.indexLimit where flows.slab.isUsed(place) {
            let flow = flows.slab[place]
            guard flow.pointee.key.listener == id else { continue }
            if let listener, listener.relay === flow.pointee.listener.relay {
                let verdict = listener.sources.verdict(for: flow.pointee.key.client.address)
                if verdict == .serve(flow.pointee.list) { continue }
            }
            endFlow(place)
        }
    }

    /// The next datagram of such a client opens a flow to another backend.
    mutating func leaveRemovedFlows() {
        for place in 0..<flows.slab.indexLimit where flows.slab.isUsed(place) {
            let flow = flows.slab[place]
            let slot = flow.pointee.slot
            let isListed = flow.pointee.listener.relay.chooser.withLock { $0.isListed(slot) }
            if !isListed { endFlow(place) }
        }
    }

    private mutating func endFlow(_ place: Int) {
        let flow = flows.slab[place]
        let slot = flow.pointee.slot
        flow.pointee.listener.relay.chooser.withLock { $0.closed(slot) }
        discardFlow(place)
    }

    private mutating func discardFlow(_ place: Int) {
        _ = flows.remove(place)
        inbox.load.subtract(1, ordering: .relaxed)
    }
}
