import Addresses
import Linux
import Synchronization

/// A TCP server for tests, on a thread of its own; each connection is served on another one.
final class TestServer: Sendable {
    let address: IPSocketAddress
    private let listener: TCPListener
    private let stop: EventDescriptor
    private let accepted = Atomic<Int>(0)

    var acceptedCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

    init(
        _ address: IPSocketAddress, _ serve: @escaping @Sendable (TestSocket) throws -> Void
    ) throws {
        listener = try TCPListener(on: address)
        self.address = try listener.localAddress()
        stop = try EventDescriptor()
        _ = try Thread(named: "server") { [self] in accept(serve) }
    }

    /// Tells its address to whoever connects, then echoes.
    static func naming(_ address: String) throws -> TestServer {
        let address = IPSocketAddress(address)!
        return try TestServer(address) { socket in
            try socket.send("\(address)\n")
            while case let bytes = try socket.receive(), !bytes.isEmpty { try socket.send(bytes) }
        }
    }

    func close() { stop.signal() }

    private func accept(_ serve: @escaping @Sendable (TestSocket) throws -> Void) {
        guard let epoll = try? Epoll() else { return }
        try? epoll.add(listener.descriptor, .readable, token: 1)
        try? epoll.add(stop.descriptor, .readable, token: 0)
        var events = Epoll.EventBuffer(capacity: 2)
        while let count = try? epoll.wait(&events) {
            for index in 0..<count where events[index].token == 0 { return }
            var peer: IPSocketAddress?
            while let socket = try? listener.accept(peer: &peer) {
                accepted.add(1, ordering: .sequentiallyConsistent)
                let connection = TestSocket(socket, patience: -1)
                _ = try? Thread(named: "connection") { try? serve(connection) }
            }
        }
    }
}
