import Addresses
import Linux
import Synchronization

/// Opens connections to a target at random times, so many a second, and closes each when the server does.
final class ArrivingClients: Sendable {
    private let ends = Atomic<Bool>(false)
    private let refused = Atomic<Int>(0)

    /// In the calling thread's network namespace.
    init(to target: IPSocketAddress, perSecond rate: Double) throws {
        let loop = ArrivalLoop(target, rate, try Epoll())
        _ = try Thread(named: "clients") { [self] in
            while !ends.load(ordering: .relaxed) {
                if (try? loop.turn()) == nil { refused.add(1, ordering: .relaxed) }
            }
        }
    }

    /// How many connections could not be opened.
    func stop() -> Int {
        ends.store(true, ordering: .relaxed)
        return refused.load(ordering: .relaxed)
    }
}

private final class ArrivalLoop: Sendable {
    private struct State {
        var open: [UInt64: Connection] = [:]
        var next: UInt64 = 0
        var last = MonotonicTime.nanoseconds
        /// Arrivals that are due, and a part of one.
        var due = 0.0
    }

    private let target: IPSocketAddress
    private let rate: Double
    private let epoll: Epoll
    private let state = Mutex(State())

    init(_ target: IPSocketAddress, _ rate: Double, _ epoll: consuming Epoll) {
        self.target = target
        self.rate = rate
        self.epoll = epoll
    }

    func turn() throws {
        var events = Epoll.EventBuffer(capacity: 256)
        let count = try epoll.wait(&events, milliseconds: 2)
        try state.withLock { state in
            for index in 0..<count { state.open[events[index].token] = nil }
            let now = MonotonicTime.nanoseconds
            state.due += Double(now - state.last) / 1e9 * rate
            state.last = now
            while state.due >= 1 {
                // On average one falls due: the time to the next is as long as it likes.
                state.due -= Double.random(in: 0..<2)
                try open(&state)
            }
        }
    }

    private func open(_ state: inout State) throws {
        let connection = Connection(try TCPSocket(.ipv4))
        _ = try connection.socket.connect(to: target)
        try epoll.add(connection.socket.descriptor, .somethingToRead, token: state.next)
        state.open[state.next] = connection
        state.next += 1
    }
}
