import Addresses
import Linux
import Testing

@Suite("Sockets")
struct SocketTests {
    private func wait(_ descriptor: borrowing OwnedDescriptor, _ interest: Epoll.Interest) throws {
        let epoll = try Epoll()
        try epoll.add(descriptor, interest, token: 7)
        var events = Epoll.EventBuffer(capacity: 4)
        #expect(try epoll.wait(&events, milliseconds: 5000) == 1)
        #expect(events[0].token == 7)
    }

    @Test(
        "TCP connects, is accepted, and carries bytes both ways",
        arguments: ["127.80.1.1:0", "[::1]:0"])
    func tcp(_ text: String) throws {
        let listener = try TCPListener(on: IPSocketAddress(text)!)
        let address = try listener.localAddress()
        let client = try TCPSocket(address.address.family)
        if try !client.connect(to: address) { try wait(client.descriptor, .writable) }
        #expect(client.descriptor.takeSocketError() == nil)
        try wait(listener.descriptor, .readable)
        var peer: IPSocketAddress?
        guard let server = try listener.accept(peer: &peer) else {
            Issue.record("nothing to accept")
            return
        }
        #expect(try peer == client.descriptor.localAddress())
        #expect([1, 2, 3].withUnsafeBytes { client.send($0) } == .bytes(24))
        try wait(server.descriptor, .readable)
        var buffer = [Int](repeating: 0, count: 4)
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0) } == .bytes(24))
        #expect(buffer == [1, 2, 3, 0])
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0) } == .wouldBlock)
        client.shutdownWriting()
        try wait(server.descriptor, .peerClosed)
        #expect(buffer.withUnsafeMutableBytes { server.receive(into: $0) } == .end)
        let none = try listener.accept(peer: &peer) == nil
        #expect(none)
    }

    @Test("An error names the call, the address and the reason")
    func errors() throws {
        let listener = try TCPListener(on: IPSocketAddress("127.80.1.2:0")!)
        let address = try listener.localAddress()
        let error = #expect(throws: SystemError.self) { _ = try TCPListener(on: address) }
        #expect(error?.errno == .addressInUse)
        #expect(error?.description == "bind \(address): EADDRINUSE, Address already in use")
    }

    @Test(
        "A batch of datagrams tells senders and the addresses they were sent to",
        arguments: ["127.80.1.3", "::1"])
    func udp(_ text: String) throws {
        let host = IPAddress(text)!
        let any = host.family == .ipv4 ? IPAddress(ipv4: 0) : IPAddress(ipv6: 0, 0)
        let server = try UDPSocket(bound: IPSocketAddress(any, 0), .packetInfo)
        let port = try server.localAddress().port
        let client = try UDPSocket(bound: IPSocketAddress(host, 0))
        var outgoing = OutgoingDatagrams(capacity: 3)
        let payload: [UInt8] = [1, 2, 3, 4]
        payload.withUnsafeBytes { bytes in
            for count in 2...4 {
                outgoing.append(
                    UnsafeRawBufferPointer(rebasing: bytes[..<count]),
                    to: IPSocketAddress(host, port))
            }
        }
        let isFull = outgoing.isFull
        #expect(isFull)
        #expect(try client.send(&outgoing) == 3)
        try wait(server.descriptor, .readable)
        var incoming = ReceivedDatagrams(capacity: 8, payloadSize: 3)
        #expect(try server.receive(into: &incoming) == 3)
        #expect((0..<3).map { incoming.payload($0).count } == [2, 3, 3])
        #expect((0..<3).map { incoming.isTruncated($0) } == [false, false, true])
        #expect(try incoming.source(0) == client.localAddress())
        #expect(incoming.destination(0) == host)
        #expect(try server.receive(into: &incoming) == 0)
        // The answer from a socket that is bound to no address leaves by the one that was asked.
        outgoing.removeAll()
        let target = try client.localAddress()
        payload.withUnsafeBytes { outgoing.append($0, to: target, from: host) }
        #expect(try server.send(&outgoing) == 1)
        try wait(client.descriptor, .readable)
        #expect(try client.receive(into: &incoming) == 1)
        #expect(incoming.source(0) == IPSocketAddress(host, port))
    }

    @Test("Events wake, timers fire, threads run and are joined")
    func polling() throws {
        let event = try EventDescriptor()
        let before = event.consume()
        event.signal()
        event.signal()
        try wait(event.descriptor, .readable)
        let (first, second) = (event.consume(), event.consume())
        #expect([before, first, second] == [false, true, false])
        let timer = try TimerDescriptor()
        try timer.set(after: .milliseconds(1))
        try wait(timer.descriptor, .readable)
        let fired = timer.consume()
        #expect(fired == 1)
        let shared = Shared(try EventDescriptor())
        let thread = try Thread(named: "a name that is too long for the kernel") {
            shared.event.signal()
        }
        thread.join()
        let wasWoken = shared.event.consume()
        #expect(wasWoken)
    }

    private final class Shared: Sendable {
        let event: EventDescriptor
        init(_ event: consuming EventDescriptor) { self.event = event }
    }

    @Test("Bytes are spliced through a pipe")
    func splice() throws {
        let first = try Pipe(capacity: 1 << 20)
        let second = try Pipe()
        #expect(first.capacity >= 65536)
        let bytes = [UInt8](repeating: 9, count: 1000)
        #expect(bytes.withUnsafeBytes { first.writeEnd.write($0) } == .bytes(1000))
        #expect(first.readEnd.splice(to: second.writeEnd, count: 4096) == .bytes(1000))
        #expect(first.readEnd.splice(to: second.writeEnd, count: 4096) == .wouldBlock)
        var buffer = [UInt8](repeating: 0, count: 2000)
        #expect(buffer.withUnsafeMutableBytes { second.readEnd.read(into: $0) } == .bytes(1000))
    }
}
