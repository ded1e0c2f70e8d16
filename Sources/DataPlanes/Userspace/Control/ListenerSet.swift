import Addresses
import Linux
import LoadBalancing

/// The listening sockets that there are, and what is in the way of the others. A value of the control side; what
/// changes is handed on to the relay threads.
struct ListenerSet {
    typealias Update = (id: Int, listener: RelayListener?)

    private struct Entry {
        var plan: ListenerPlan
        /// Nil where the address is left to the kernel, and where it cannot be bound.
        var socket: ListeningSocket?
        var error: SystemError?
    }

    private var entries: [ListenerKey: Entry] = [:]
    /// The keys of entries with an error.
    private var failed: Set<ListenerKey> = []
    private var nextID = 0

    func plan(_ key: ListenerKey) -> ListenerPlan? { entries[key]?.plan }

    func problem(_ key: ListenerKey) -> FrontendProblem? {
        entries[key]?.error.map { .cannotBind(key, $0) }
    }

    /// Addresses that could not be bound, and may be later.
    var unbound: [ListenerKey] { failed.sorted() }

    /// Makes the socket of `key` agree with `plan`; nil: there is to be none any more.
    mutating func set(
        _ key: ListenerKey, _ plan: ListenerPlan?, relay: (ServicePortName) -> ServicePortRelay
    ) -> Update? {
        let old = entries[key]
        guard let plan else {
            entries[key] = nil
            failed.remove(key)
            return old?.socket.map { ($0.id, nil) }
        }
        var new = Entry(plan: plan)
        defer {
            entries[key] = new
            if new.error != nil { failed.insert(key) } else { failed.remove(key) }
        }
        if plan.sources.isLeftToKernel {
            // Whether it could be bound is told before there is a backend to serve.
            let isKnownToBind = old.map { $0.error == nil } ?? false
            if !isKnownToBind { new.error = probe(key) }
            return old?.socket.map { ($0.id, nil) }
        }
        if let socket = old?.socket {
            new.socket = socket
            if old?.plan == plan { return nil }
            try? socket.setFilter(filter(key, plan))
        } else {
            do {
                new.socket = try bind(key, plan)
            } catch {
                new.error = error
            }
        }
        return new.socket.map { ($0.id, listener($0, plan, relay(plan.servicePort))) }
    }

    private func listener(
        _ socket: ListeningSocket, _ plan: ListenerPlan, _ relay: ServicePortRelay
    ) -> RelayListener {
        RelayListener(
            socket: socket, sources: plan.sources, relay: relay,
            isFiltered: filter(socket.key, plan) != nil)
    }

    private func filter(_ key: ListenerKey, _ plan: ListenerPlan) -> SocketFilter? {
        SourceFilter.filter(for: plan.sources, family: key.address.address.family)
    }

    private mutating func bind(
        _ key: ListenerKey, _ plan: ListenerPlan
    ) throws(SystemError) -> ListeningSocket {
        nextID += 1
        switch key.transport {
        case .tcp:
            let listener = try TCPListener(
                on: key.address, [.reuseAddress, .noDelay, extra(key)], filter: filter(key, plan))
            return ListeningSocket(key, id: nextID, .tcp(SharedListener(listener)))
        case .udp:
            let socket = try UDPSocket(bound: key.address, extra(key), filter: filter(key, plan))
            try? socket.descriptor.setBuffers(receive: 4 << 20, send: 4 << 20)
            return ListeningSocket(key, id: nextID, .udp(SharedUDPSocket(socket)))
        }
    }

    /// Binds without listening, and lets go at once.
    private func probe(_ key: ListenerKey) -> SystemError? {
        do {
            switch key.transport {
            case .tcp:
                _ = try TCPSocket(
                    key.address.address.family, [.reuseAddress, extra(key)], from: key.address)
            case .udp: _ = try UDPSocket(bound: key.address, extra(key))
            }
            return nil
        } catch {
            return error
        }
    }

    /// A Service address of IPv6 is local by its route only (AnyIP), which bind does not look at.
    private func extra(_ key: ListenerKey) -> SocketOptions {
        key.address.address.family == .ipv6 ? .freeBind : []
    }
}
