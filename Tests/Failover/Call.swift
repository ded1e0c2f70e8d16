import Addresses
import Linux

/// One connection in the making: connect, a byte there, a byte back, reset.
final class Call {
    enum Outcome {
        case underWay
        case answered(backend: Int)
        case failed(String)
    }

    let begun = MonotonicTime.nanoseconds
    private let socket: TCPSocket
    private var isConnected = false

    /// - Parameter source: nil: what the kernel chooses.
    init(
        to destination: IPSocketAddress, from source: IPSocketAddress?, _ epoll: borrowing Epoll,
        token: UInt64
    ) throws(SystemError) {
        socket = try TCPSocket(destination.address.family, from: source)
        // No TIME_WAIT: ports would run out.
        socket.resetOnClose()
        _ = try socket.connect(to: destination)
        try epoll.add(socket.descriptor, .streamEdges, token: token)
    }

    /// Something has happened to the socket.
    func advance() -> Outcome {
        if !isConnected {
            if let errno = socket.descriptor.takeSocketError() {
                return .failed("connect: \(errno)")
            }
            isConnected = true
            let sent = [UInt8(1)].withUnsafeBytes { socket.send($0) }
            if case .failed(let errno) = sent { return .failed("send: \(errno)") }
        }
        var bytes: [UInt8] = [0]
        switch bytes.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
        case .bytes: return .answered(backend: Int(bytes[0]))
        case .end: return .failed("closed before the answer")
        case .wouldBlock: return .underWay
        case .failed(let errno): return .failed("receive: \(errno)")
        }
    }

    /// Where it comes from, as the caller's kernel sees it; nil: not known.
    var source: IPSocketAddress? { try? socket.descriptor.localAddress() }

    /// Why it has no answer yet.
    var waitsFor: String { isConnected ? "an answer" : "a connection" }
}
