import Addresses
import Glibc
import Linux
import Synchronization

/// Accepts connections and forgets them.
final class AcceptingServer: Sendable {
    private let ends = Atomic<Bool>(false)

    /// In the calling thread's network namespace.
    init() throws {
        let listener = try TCPListener(
            on: IPSocketAddress(IPAddress(ipv4: 0), LabCluster.targetPort), backlog: 8192)
        let epoll = try Epoll()
        try epoll.add(listener.descriptor, .readable, token: 0)
        let loop = AcceptLoop(listener, epoll)
        _ = try Thread(named: "server") { [self] in
            try? Thread.stayOnProcessor(0)
            while !ends.load(ordering: .relaxed) { try? loop.turn() }
        }
    }

    func stop() { ends.store(true, ordering: .relaxed) }
}

private final class AcceptLoop: Sendable {
    private let listener: TCPListener
    private let epoll: Epoll

    init(_ listener: consuming TCPListener, _ epoll: consuming Epoll) {
        self.listener = listener
        self.epoll = epoll
    }

    func turn() throws(SystemError) {
        var events = Epoll.EventBuffer(capacity: 1)
        _ = try epoll.wait(&events, milliseconds: 100)
        var peer: IPSocketAddress?
        // Each is closed as soon as it is here.
        while let connection = try listener.accept(peer: &peer) { _ = consume connection }
    }
}

/// Opens connections without pause, each reset as soon as it stands.
struct ConnectingClient {
    let targets: [IPSocketAddress]
    var concurrency = 32

    /// Connections a second; in the calling thread's network namespace.
    func rate(seconds: Double) throws -> Double {
        try Thread.stayOnProcessor(Int32(sysconf(Int32(_SC_NPROCESSORS_ONLN)) - 1))
        let epoll = try Epoll()
        var events = Epoll.EventBuffer(capacity: 64)
        var open: [Connection] = []
        for number in 0..<concurrency { open.append(try connect(number, number, epoll)) }
        let start = MonotonicTime.nanoseconds
        let end = start + UInt64(seconds * 1e9)
        var count = 0
        while MonotonicTime.nanoseconds < end {
            for index in 0..<(try epoll.wait(&events, milliseconds: 100)) {
                let event = events[index]
                guard !event.ready.contains(.error) else { throw Refused() }
                count += 1
                // The one that stood is closed when it is replaced.
                open[Int(event.token)] = try connect(Int(event.token), count, epoll)
            }
        }
        return Double(count) * 1e9 / Double(MonotonicTime.nanoseconds - start)
    }

    private func connect(
        _ place: Int, _ number: Int, _ epoll: borrowing Epoll
    ) throws -> Connection {
        let connection = Connection(try TCPSocket(.ipv4))
        connection.socket.resetOnClose()
        _ = try connection.socket.connect(to: targets[number % targets.count])
        try epoll.add(connection.socket.descriptor, .writable, token: UInt64(place))
        return connection
    }

    struct Refused: Error {}
}

final class Connection: Sendable {
    let socket: TCPSocket
    init(_ socket: consuming TCPSocket) { self.socket = socket }
}
