import Addresses
import Linux

/// Every backend's server, on one thread of the servers' namespace: a byte by TCP or UDP is answered with the place of the
/// address that it came to. Runs until the phase is over.
final class EchoServer {
    private final class Listener {
        let socket: TCPListener
        init(_ address: IPSocketAddress) throws(SystemError) {
            socket = try TCPListener(on: address)
        }
    }

    private final class Datagrams {
        let socket: UDPSocket
        var received = ReceivedDatagrams(capacity: 16, payloadSize: 16)
        var answers = OutgoingDatagrams(capacity: 16)
        /// Lives as long as `answers`, which points to it.
        private let payload = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)

        init(_ address: IPSocketAddress, _ backend: Int) throws(SystemError) {
            socket = try UDPSocket(bound: address)
            payload[0] = UInt8(backend)
        }

        deinit { payload.deallocate() }

        func answer() throws(SystemError) {
            let count = try socket.receive(into: &received)
            answers.removeAll()
            for index in 0..<count {
                guard let client = received.source(index) else { continue }
                answers.append(UnsafeRawBufferPointer(payload), to: client)
            }
            // What the kernel has no room for is lost, as datagrams are.
            if answers.count > 0 { _ = try? socket.send(&answers) }
        }
    }

    private final class Connection {
        let socket: TCPSocket
        let backend: Int
        init(_ socket: consuming TCPSocket, _ backend: Int) {
            self.socket = socket
            self.backend = backend
        }
    }

    private let epoll: Epoll
    private var listeners: [Listener] = []
    private var datagrams: [Datagrams] = []
    private var connections: [UInt64: Connection] = [:]
    private var nextToken = UInt64(2 * Cluster.backends.count)

    init() throws(SystemError) {
        epoll = try Epoll()
        for (index, address) in Cluster.backends.enumerated() {
            let listener = try Listener(IPSocketAddress(address, Cluster.tcpTarget))
            try epoll.add(listener.socket.descriptor, .readable, token: UInt64(index))
            listeners.append(listener)
        }
        for (index, address) in Cluster.backends.enumerated() {
            let socket = try Datagrams(IPSocketAddress(address, Cluster.udpTarget), index)
            let token = UInt64(Cluster.backends.count + index)
            try epoll.add(socket.socket.descriptor, .readable, token: token)
            datagrams.append(socket)
        }
    }

    func run(_ phase: Phase) throws {
        var events = Epoll.EventBuffer()
        while !phase.isOver {
            for index in 0..<(try epoll.wait(&events, milliseconds: 100)) {
                try take(events[index].token)
            }
        }
    }

    private func take(_ token: UInt64) throws(SystemError) {
        let count = UInt64(Cluster.backends.count)
        switch token {
        case ..<count: try accept(Int(token))
        case ..<(2 * count): try datagrams[Int(token - count)].answer()
        default: answer(token)
        }
    }

    private func accept(_ backend: Int) throws(SystemError) {
        var peer: IPSocketAddress?
        while let socket = try listeners[backend].socket.accept(peer: &peer) {
            let connection = Connection(socket, backend)
            try epoll.add(connection.socket.descriptor, .readable, token: nextToken)
            connections[nextToken] = connection
            nextToken += 1
        }
    }

    /// A client that has what it wants resets its connection.
    private func answer(_ token: UInt64) {
        guard let connection = connections[token] else { return }
        var bytes: [UInt8] = [0]
        switch bytes.withUnsafeMutableBytes({ connection.socket.receive(into: $0) }) {
        case .bytes:
            _ = [UInt8(connection.backend)].withUnsafeBytes { connection.socket.send($0) }
        case .wouldBlock: break
        case .end, .failed: connections[token] = nil
        }
    }
}
