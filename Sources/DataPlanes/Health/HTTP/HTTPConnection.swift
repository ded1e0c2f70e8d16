import Linux

/// One connection of an HTTP server: it reads a head, sends an answer, and waits until the client has taken it.
final class HTTPConnection {
    typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse?

    enum Progress {
        /// For the next edge of the socket.
        case waiting
        case over
    }

    private enum Phase {
        case reading([UInt8])
        case writing(ArraySlice<UInt8>)
        /// The answer is sent and FIN after it; what the client still sends, a body, is thrown away: closing with
        /// unread bytes would send RST, and that can overtake the answer.
        case draining(allowance: Int)
    }

    let socket: TCPSocket
    /// Nanoseconds: the whole exchange ends then at the latest.
    let deadline: UInt64
    private let handler: Handler
    private var phase = Phase.reading([])

    init(_ socket: consuming TCPSocket, deadline: UInt64, handler: @escaping Handler) {
        self.socket = socket
        self.deadline = deadline
        self.handler = handler
    }

    /// Goes on as far as it can without waiting.
    func advance(_ scratch: UnsafeMutableRawBufferPointer) -> Progress {
        while true {
            let progress =
                switch phase {
                case .reading(let bytes): read(bytes, scratch)
                case .writing(let rest): write(rest)
                case .draining(let allowance): drain(allowance, scratch.count)
                }
            if let progress { return progress }
        }
    }

    /// Nil: the phase is another one now.
    private func read(_ bytes: [UInt8], _ scratch: UnsafeMutableRawBufferPointer) -> Progress? {
        switch socket.receive(into: scratch) {
        case .wouldBlock: return .waiting
        case .end, .failed: return .over
        case .bytes(let count):
            // Not held twice: the append is in place.
            phase = .draining(allowance: 0)
            var bytes = bytes
            bytes += UnsafeRawBufferPointer(rebasing: scratch[..<count])
            return take(bytes)
        }
    }

    private func take(_ bytes: [UInt8]) -> Progress? {
        switch HTTPRequest.read(bytes) {
        case .incomplete: phase = .reading(bytes)
        case .refused(let code): phase = .writing(HTTPResponse.refusal(code).encoded(for: "")[...])
        case .request(let request):
            guard let response = handler(request) else { return .over }
            phase = .writing(response.encoded(for: request.method)[...])
        }
        return nil
    }

    private func write(_ rest: ArraySlice<UInt8>) -> Progress? {
        switch rest.withUnsafeBytes({ socket.send($0, isLast: true) }) {
        case .wouldBlock: return .waiting
        case .end, .failed: return .over
        case .bytes(let count):
            phase = .writing(rest.dropFirst(count))
            if count == rest.count {
                socket.shutdownWriting()
                phase = .draining(allowance: 1 << 20)
            }
            return nil
        }
    }

    private func drain(_ allowance: Int, _ step: Int) -> Progress? {
        guard allowance > 0 else { return .over }
        switch socket.discard(step) {
        case .wouldBlock: return .waiting
        case .end, .failed: return .over
        case .bytes(let count):
            phase = .draining(allowance: allowance - count)
            return nil
        }
    }
}
