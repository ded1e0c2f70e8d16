import Addresses
import Glibc
import Linux
import Synchronization

/// Accepts connections, keeps each open for a while of its own, and counts how many are open at each address.
/// How long: Pareto's distribution with α = 1.5, cut off at a hundred times its mean.
final class HoldingServer: Sendable {
    /// Seconds on average, and at the address that is slower.
    struct Lengths {
        var mean = 4.0
        var slow: IPAddress
        var slowMean = 20.0

        func length(at address: IPAddress) -> Double {
            let mean = address == slow ? slowMean : mean
            let chance = Double.random(in: .leastNonzeroMagnitude..<1)
            return min(100 * mean, mean / 3 / pow(chance, 2 / 3))
        }
    }

    /// Open connections of each address.
    let counts = Mutex<[IPAddress: Int]>([:])
    private let ends = Atomic<Bool>(false)

    /// In the calling thread's network namespace.
    init(_ lengths: Lengths) throws {
        let listener = try TCPListener(
            on: IPSocketAddress(IPAddress(ipv4: 0), LabCluster.targetPort), backlog: 8192)
        let epoll = try Epoll()
        try epoll.add(listener.descriptor, .readable, token: 0)
        let loop = HoldingLoop(listener, epoll, lengths)
        _ = try Thread(named: "server") { [self] in
            while !ends.load(ordering: .relaxed) { try? loop.turn(counts) }
        }
    }

    func stop() { ends.store(true, ordering: .relaxed) }
}

private final class HoldingLoop: Sendable {
    private let listener: TCPListener
    private let epoll: Epoll
    private let lengths: HoldingServer.Lengths
    /// Open connections by the millisecond at which they end.
    private let ending = Mutex<[UInt64: [(Connection, IPAddress)]]>([:])
    private let passed = Mutex<UInt64>(MonotonicTime.nanoseconds / 1_000_000)

    init(
        _ listener: consuming TCPListener, _ epoll: consuming Epoll,
        _ lengths: HoldingServer.Lengths
    ) {
        self.listener = listener
        self.epoll = epoll
        self.lengths = lengths
    }

    func turn(_ counts: borrowing Mutex<[IPAddress: Int]>) throws {
        var events = Epoll.EventBuffer(capacity: 1)
        _ = try epoll.wait(&events, milliseconds: 2)
        let now = MonotonicTime.nanoseconds / 1_000_000
        var peer: IPSocketAddress?
        while let socket = try listener.accept(peer: &peer) {
            let connection = Connection(socket)
            let address = try connection.socket.descriptor.localAddress().address
            let end = now + UInt64(lengths.length(at: address) * 1000)
            ending.withLock { $0[max(end, now + 1), default: []].append((connection, address)) }
            counts.withLock { $0[address, default: 0] += 1 }
        }
        close(until: now, counts)
    }

    private func close(until now: UInt64, _ counts: borrowing Mutex<[IPAddress: Int]>) {
        let first = passed.withLock { passed in
            defer { passed = now + 1 }
            return passed
        }
        guard first <= now else { return }
        for time in first...now {
            for (_, address) in ending.withLock({ $0.removeValue(forKey: time) ?? [] }) {
                counts.withLock { $0[address, default: 1] -= 1 }
            }
        }
    }
}
