import Addresses
import Linux

/// Answers each datagram with its own address and the datagram.
final class UDPTestServer: Sendable {
    private let socket: UDPSocket
    private let stop: EventDescriptor

    init(_ text: String) throws {
        socket = try UDPSocket(bound: IPSocketAddress(text)!)
        stop = try EventDescriptor()
        _ = try Thread(named: "udp server") { [self] in run(text) }
    }

    func close() { stop.signal() }

    private func run(_ name: String) {
        guard let epoll = try? Epoll() else { return }
        try? epoll.add(socket.descriptor, .readable, token: 1)
        try? epoll.add(stop.descriptor, .readable, token: 0)
        var events = Epoll.EventBuffer(capacity: 2)
        var incoming = ReceivedDatagrams(capacity: 8)
        var outgoing = OutgoingDatagrams(capacity: 1)
        while let count = try? epoll.wait(&events) {
            for index in 0..<count where events[index].token == 0 { return }
            for index in 0..<((try? socket.receive(into: &incoming)) ?? 0) {
                let answer = Array("\(name) ".utf8) + Array(incoming.payload(index))
                outgoing.removeAll()
                answer.withUnsafeBytes { bytes in
                    outgoing.append(bytes, to: incoming.source(index))
                    _ = try? socket.send(&outgoing)
                }
            }
        }
    }
}
