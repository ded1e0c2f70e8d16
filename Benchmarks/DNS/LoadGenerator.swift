import Addresses
import Linux

/// Keeps a window of queries under way from one socket and counts the answers.
struct LoadGenerator {
    struct Result: CustomStringConvertible, Sendable {
        let answers: Int
        let lost: Int
        let nanoseconds: UInt64

        var description: String {
            let rate = UInt64(answers) * 1_000_000_000 / nanoseconds
            return "\(rate) answers/s, \(lost) lost"
        }
    }

    private let server: IPSocketAddress
    private let queries: [[UInt8]]
    private static let window = 256
    private static let batch = 64

    init(_ server: IPSocketAddress, _ queries: [[UInt8]]) {
        self.server = server
        self.queries = queries
    }

    /// On a thread of its own.
    func run(seconds: Int) async throws -> Result {
        try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Result, any Error>) in
            do {
                _ = try Thread(named: "load") {
                    continuation.resume(with: Swift.Result { try drive(seconds: seconds) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private func drive(seconds: Int) throws -> Result {
        let socket = try UDPSocket(connectedTo: server)
        try socket.descriptor.setBuffers(receive: 4 << 20, send: nil)
        let epoll = try Epoll()
        try epoll.add(socket.descriptor, .readable, token: 0)
        var events = Epoll.EventBuffer(capacity: 1)
        var received = ReceivedDatagrams(capacity: Self.batch, payloadSize: 2048)
        var outgoing = OutgoingDatagrams(capacity: Self.batch)
        let start = MonotonicTime.nanoseconds
        let end = start + UInt64(seconds) * 1_000_000_000
        var (next, inFlight, answers, lost) = (0, 0, 0, 0)
        while MonotonicTime.nanoseconds < end {
            while inFlight + Self.batch <= Self.window {
                inFlight += try send(&next, socket, &outgoing)
            }
            if try epoll.wait(&events, milliseconds: 100) == 0 {
                lost += inFlight
                inFlight = 0
                continue
            }
            let count = try socket.receive(into: &received)
            answers += count
            inFlight -= count
        }
        return Result(
            answers: answers, lost: lost, nanoseconds: MonotonicTime.nanoseconds - start)
    }

    private func send(
        _ next: inout Int, _ socket: borrowing UDPSocket, _ outgoing: inout OutgoingDatagrams
    ) throws -> Int {
        outgoing.removeAll()
        // The arrays outlive the call and are not changed, so that their bytes stay where they are.
        for _ in 0..<Self.batch {
            queries[next % queries.count].withUnsafeBytes { outgoing.append($0) }
            next += 1
        }
        return try socket.send(&outgoing)
    }
}
