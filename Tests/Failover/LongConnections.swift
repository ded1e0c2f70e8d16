import Addresses
import Linux

/// Connections that stay open for the whole run, with a byte now and then: none may break or change its backend.
final class LongConnections {
    static let count = 20
    private static let pause: UInt64 = 200_000_000
    private static let patience: UInt64 = 30_000_000_000

    private final class Connection {
        let name: String
        let socket: TCPSocket
        var backend: Int?
        /// When the byte was sent that is not answered yet.
        var asked: UInt64?

        init(_ number: Int, _ epoll: borrowing Epoll) throws(SystemError) {
            name = "long connection \(number)"
            socket = try TCPSocket(.ipv4)
            _ = try socket.connect(to: Cluster.Service.spread.tcp)
            try epoll.add(socket.descriptor, .readable, token: UInt64(number))
        }
    }

    let findings: Findings
    private let epoll: Epoll
    private var connections: [UInt64: Connection] = [:]

    /// Begins to connect, in the namespace of the calling thread.
    init(_ findings: Findings) throws(SystemError) {
        self.findings = findings
        epoll = try Epoll()
        for number in 0..<Self.count {
            connections[UInt64(number)] = try Connection(number, epoll)
        }
        findings.opened(longConnections: Self.count)
    }

    func run(_ phase: Phase) throws(SystemError) {
        var events = Epoll.EventBuffer()
        var due = MonotonicTime.nanoseconds + Self.pause
        while !phase.isOver {
            for index in 0..<(try epoll.wait(&events, milliseconds: 50)) {
                receive(events[index].token)
            }
            if MonotonicTime.nanoseconds >= due {
                due += Self.pause
                for token in connections.keys { send(token) }
            }
        }
        // Those that were never answered have not been of use.
        for connection in connections.values where connection.backend == nil {
            findings.broke(connection.name, "never answered")
        }
    }

    private func send(_ token: UInt64) {
        guard let connection = connections[token] else { return }
        let now = MonotonicTime.nanoseconds
        if let asked = connection.asked {
            if now > asked + Self.patience { end(token, "no answer for 30 s") }
            return
        }
        switch [UInt8(1)].withUnsafeBytes({ connection.socket.send($0) }) {
        case .bytes: connection.asked = now
        case .end, .wouldBlock: break
        case .failed(let errno): end(token, "send: \(errno)")
        }
    }

    private func receive(_ token: UInt64) {
        guard let connection = connections[token] else { return }
        var bytes: [UInt8] = [0]
        switch bytes.withUnsafeMutableBytes({ connection.socket.receive(into: $0) }) {
        case .bytes:
            connection.asked = nil
            let backend = Int(bytes[0])
            if let before = connection.backend, before != backend {
                return end(token, "answered by \(backend) in place of \(before)")
            }
            connection.backend = backend
        case .wouldBlock: break
        case .end: end(token, "closed")
        case .failed(let errno): end(token, "receive: \(errno)")
        }
    }

    private func end(_ token: UInt64, _ why: String) {
        guard let connection = connections.removeValue(forKey: token) else { return }
        findings.broke(connection.name, why)
    }
}
