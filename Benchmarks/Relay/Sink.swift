import Addresses
import Linux

/// The server behind the relays. A connection's first byte says what it wants: R a short answer and the end, S
/// to send without limit, I an echo of one byte and then nothing.
final class Sink {
    private let listener: TCPListener
    private let epoll: Epoll
    private var connections: [Int32: Socket] = [:]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 64)

    private final class Socket {
        let socket: TCPSocket
        var kind: UInt8 = 0
        init(_ socket: consuming TCPSocket) { self.socket = socket }
    }

    init(_ address: IPSocketAddress) throws {
        _ = try? DescriptorLimit.raiseToHardLimit()
        listener = try TCPListener(on: address)
        epoll = try Epoll()
        try epoll.add(listener.descriptor, .readable, token: .max)
    }

    func run() throws {
        var events = Epoll.EventBuffer(capacity: 256)
        while true {
            for index in 0..<(try epoll.wait(&events)) {
                let token = events[index].token
                if token == .max { try accept() } else { serve(Int32(token)) }
            }
        }
    }

    private func accept() throws {
        var peer: IPSocketAddress?
        for _ in 0..<16 {
            guard let socket = try listener.accept(peer: &peer) else { return }
            let raw = socket.descriptor.raw
            try epoll.add(socket.descriptor, .readable, token: UInt64(raw))
            connections[raw] = Socket(socket)
        }
    }

    private func serve(_ raw: Int32) {
        guard let connection = connections[raw] else { return }
        let kind = UInt8(ascii: "S")
        let result =
            connection.kind == kind
            ? connection.socket.discard(4 << 20) : connection.socket.receive(into: buffer)
        switch result {
        case .wouldBlock: return
        case .end, .failed: connections[raw] = nil
        case .bytes(let count):
            if connection.kind == 0 { connection.kind = buffer[0] }
            let answer = UnsafeRawBufferPointer(rebasing: buffer[..<min(count, 64)])
            if connection.kind == kind { return }
            _ = connection.socket.send(answer)
            if connection.kind == UInt8(ascii: "R") { connections[raw] = nil }
        }
    }
}
