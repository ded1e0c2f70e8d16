import Addresses
import Linux
import Synchronization

/// Sends every datagram back: the same system calls in the same batches as the DNS server, and nothing in between.
final class EchoServer: Sendable {
    let address: IPSocketAddress
    private let socket: UDPSocket
    private let wake: EventDescriptor
    private let isStopping = Atomic<Bool>(false)
    private static let batch = 64

    init(_ address: IPSocketAddress) throws(SystemError) {
        socket = try UDPSocket(bound: address)
        try socket.descriptor.setBuffers(receive: 4 << 20, send: nil)
        self.address = try socket.localAddress()
        wake = try EventDescriptor()
        _ = try Thread(named: "echo") { [self] in try? serve() }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        wake.signal()
    }

    private func serve() throws(SystemError) {
        let epoll = try Epoll()
        try epoll.add(socket.descriptor, .readable, token: 1)
        try epoll.add(wake.descriptor, .readable, token: 0)
        var events = Epoll.EventBuffer(capacity: 4)
        var received = ReceivedDatagrams(capacity: Self.batch, payloadSize: 4096)
        var replies = OutgoingDatagrams(capacity: Self.batch)
        while !isStopping.load(ordering: .acquiring) {
            _ = try epoll.wait(&events)
            let count = try socket.receive(into: &received)
            replies.removeAll()
            for index in 0..<count {
                replies.append(received.payload(index), to: received.source(index))
            }
            var sent = 0
            while sent < count {
                let more = try socket.send(&replies, from: sent)
                if more == 0 { break }
                sent += more
            }
        }
    }
}
