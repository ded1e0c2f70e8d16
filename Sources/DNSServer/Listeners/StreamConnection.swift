import Addresses
import Linux
import Wire

/// One TCP client: messages behind 16-bit lengths, pipelined, answered in any order (RFC 7766).
final class StreamConnection {
    let socket: TCPSocket
    /// Queries taken and not answered yet.
    private(set) var pending = 0
    /// Nanoseconds; when the client last did something.
    private(set) var lastActive: UInt64
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0
    private var hasEnded = false

    /// A client that does not read its answers is not read from.
    private static let mostOutput = 1 << 18
    private static let mostPending = 128

    init(_ socket: consuming TCPSocket, now: UInt64) {
        self.socket = socket
        lastActive = now
    }

    enum State {
        case open
        case closed
    }

    private var isBusy: Bool {
        output.count - sent > Self.mostOutput || pending >= Self.mostPending
    }

    /// What epoll is to wait for.
    var interest: Epoll.Interest {
        var interest: Epoll.Interest = []
        if !hasEnded && !isBusy { interest.insert(.readable) }
        if sent < output.count { interest.insert(.writable) }
        return interest
    }

    /// Nothing more will come and nothing is owed.
    private var isDone: Bool { hasEnded && pending == 0 && sent == output.count }

    /// Reads what there is into `scratch` and hands each whole query to `body`.
    func receive(
        _ scratch: UnsafeMutableRawBufferPointer, now: UInt64, _ body: ([UInt8]) -> Void
    ) -> State {
        while !hasEnded && !isBusy {
            switch socket.receive(into: scratch) {
            case .bytes(let count):
                lastActive = now
                input.append(contentsOf: scratch[..<count])
                takeQueries(body)
            case .end: hasEnded = true
            case .wouldBlock: return isDone ? .closed : .open
            case .failed: return .closed
            }
        }
        return isDone ? .closed : .open
    }

    private func takeQueries(_ body: ([UInt8]) -> Void) {
        var reader = ByteReader(input)
        var taken = 0
        while let length = try? reader.readBig(UInt16.self),
            let query = try? reader.readBytes(Int(length))
        {
            taken = reader.offset
            pending += 1
            body(Array(query))
        }
        input.removeSubrange(..<taken)
    }

    /// Queues an answer to one query, nil for none, and sends what goes.
    func reply(_ message: [UInt8]?) -> State {
        pending -= 1
        if let message {
            output.append(UInt8(truncatingIfNeeded: message.count >> 8))
            output.append(UInt8(truncatingIfNeeded: message.count))
            output.append(contentsOf: message)
        }
        return flush()
    }

    func flush() -> State {
        while sent < output.count {
            let result = output.withUnsafeBytes {
                socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock: return .open
            case .end, .failed: return .closed
            }
        }
        output.removeAll(keepingCapacity: true)
        sent = 0
        return isDone ? .closed : .open
    }
}
