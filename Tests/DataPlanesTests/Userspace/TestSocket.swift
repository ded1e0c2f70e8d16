import Addresses
import Linux

/// A TCP connection for tests whose calls wait.
final class TestSocket: Sendable {
    let socket: TCPSocket
    /// How long calls wait, in milliseconds; -1: for ever.
    let patience: Int32

    init(_ socket: consuming TCPSocket, patience: Int32 = 20_000) {
        self.socket = socket
        self.patience = patience
    }

    /// Connects; `from` chooses the client's address.
    convenience init(to address: IPSocketAddress, from source: IPAddress? = nil) throws {
        let socket = try TCPSocket(
            address.address.family, [.noDelay], from: source.map { IPSocketAddress($0, 0) })
        if try !socket.connect(to: address) {
            try Self.wait(socket.descriptor, .writable)
            if let errno = socket.descriptor.takeSocketError() {
                throw SystemError(errno, "connect")
            }
        }
        self.init(socket)
    }

    static func wait(
        _ descriptor: borrowing OwnedDescriptor, _ interest: Epoll.Interest,
        milliseconds: Int32 = 20_000
    ) throws {
        let epoll = try Epoll()
        try epoll.add(descriptor, interest, token: 0)
        var events = Epoll.EventBuffer(capacity: 1)
        if try epoll.wait(&events, milliseconds: milliseconds) == 0 {
            throw SystemError(.timedOut, "wait")
        }
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ socket.send($0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock:
                try Self.wait(
                    socket.descriptor, .writable, milliseconds: patience)
            case .end: throw SystemError(.brokenPipe, "send")
            case .failed(let errno): throw SystemError(errno, "send")
            }
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Some bytes; none at the end.
    func receive(atMost limit: Int = 65536) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            switch buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
            case .bytes(let count): return Array(buffer[..<count])
            case .end: return []
            case .wouldBlock: try Self.wait(socket.descriptor, .readable, milliseconds: patience)
            case .failed(let errno): throw SystemError(errno, "recv")
            }
        }
    }

    /// Everything up to the other side's FIN.
    func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while case let bytes = try receive(), !bytes.isEmpty { all += bytes }
        return all
    }

    func receiveText(_ count: Int) throws -> String {
        var all: [UInt8] = []
        while all.count < count, case let bytes = try receive(), !bytes.isEmpty { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    func finish() { socket.shutdownWriting() }

    func reset() { socket.resetOnClose() }
}
