import Addresses
import Linux

/// One attempt to ask one upstream: a socket of its own, so that the kernel chooses a random source port and only lets
/// through what that upstream sends.
struct UpstreamExchange {
    private enum Socket {
        case datagram(DatagramExchange)
        case stream(StreamExchange)
    }

    enum Progress {
        case wait
        /// Something came: messages, not yet checked.
        case messages([[UInt8]])
        case failed
    }

    let lookup: UInt64
    private let socket: Socket

    /// Sends the query, or begins to connect.
    init(_ attempt: Forwarder<PendingReply>.Attempt) throws(SystemError) {
        lookup = attempt.lookup
        switch attempt.transport {
        case .udp:
            socket = .datagram(try DatagramExchange(attempt.upstream, attempt.query))
        case .tcp: socket = .stream(try StreamExchange(attempt.upstream, attempt.query))
        }
    }

    var isStream: Bool {
        switch socket {
        case .datagram: false
        case .stream: true
        }
    }

    func register(with epoll: borrowing Epoll, token: UInt64) throws(SystemError) {
        switch socket {
        case .datagram(let exchange):
            try epoll.add(exchange.socket.descriptor, .readable, token: token)
        case .stream(let exchange):
            try epoll.add(exchange.socket.descriptor, .writable, token: token)
        }
    }

    /// Moves on after epoll has reported the socket.
    func advance(
        _ epoll: borrowing Epoll, token: UInt64, _ scratch: UnsafeMutableRawBufferPointer
    ) -> Progress {
        switch socket {
        case .datagram(let exchange): return exchange.receive()
        case .stream(let exchange):
            let wasSending = exchange.isSending
            let progress = exchange.advance(scratch)
            if wasSending, !exchange.isSending, case .wait = progress {
                do {
                    try epoll.modify(exchange.socket.descriptor, .readable, token: token)
                } catch {
                    return .failed
                }
            }
            return progress
        }
    }
}

/// A query and its answer over UDP.
private final class DatagramExchange {
    let socket: UDPSocket

    init(_ upstream: IPSocketAddress, _ query: [UInt8]) throws(SystemError) {
        socket = try UDPSocket(connectedTo: upstream)
        var datagram = OutgoingDatagrams(capacity: 1)
        let result = query.withUnsafeBytes { bytes in
            datagram.append(bytes)
            return Result { () throws(SystemError) in try socket.send(&datagram) }
        }
        _ = try result.get()
    }

    func receive() -> UpstreamExchange.Progress {
        var datagrams = ReceivedDatagrams(capacity: 4, payloadSize: 4096)
        do throws(SystemError) {
            let count = try socket.receive(into: &datagrams)
            return .messages((0..<count).map { Array(datagrams.payload($0)) })
        } catch {
            return .failed
        }
    }
}

/// A query and its answer over TCP, each behind its length.
private final class StreamExchange {
    let socket: TCPSocket
    private var output: [UInt8]
    private var sent = 0
    private var input: [UInt8] = []

    init(_ upstream: IPSocketAddress, _ query: [UInt8]) throws(SystemError) {
        socket = try TCPSocket(upstream.address.family)
        _ = try socket.connect(to: upstream)
        output = [
            UInt8(truncatingIfNeeded: query.count >> 8), UInt8(truncatingIfNeeded: query.count),
        ]
        output += query
    }

    var isSending: Bool { sent < output.count }

    func advance(_ scratch: UnsafeMutableRawBufferPointer) -> UpstreamExchange.Progress {
        while isSending {
            let result = output.withUnsafeBytes {
                socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock: return .wait
            // A connection that was refused says so here.
            case .end, .failed: return .failed
            }
        }
        while true {
            switch socket.receive(into: scratch) {
            case .bytes(let count): input.append(contentsOf: scratch[..<count])
            case .wouldBlock: return .wait
            case .end, .failed: return .failed
            }
            guard input.count >= 2 else { continue }
            let length = Int(input[0]) << 8 | Int(input[1])
            if input.count >= 2 + length { return .messages([Array(input[2..<2 + length])]) }
        }
    }
}
