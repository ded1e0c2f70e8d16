import Addresses
import Linux
import Wire

/// Asks a DNS server over UDP.
struct DNSClient: Sendable {
    let server: IPSocketAddress

    /// The answer; asks again where none comes.
    func ask(_ question: DNS.Question) async throws -> DNS.Message {
        for attempt in 1...3 {
            let id = UInt16.random(in: 1...UInt16.max)
            if let answer = try await exchange(DNS.Message(id: id, asking: question)) {
                return answer
            }
            if attempt == 3 { break }
        }
        throw Failure("no answer from \(server)")
    }

    /// nil if nothing comes within a second.
    private func exchange(_ query: DNS.Message) async throws -> DNS.Message? {
        let socket = try UDPSocket(connectedTo: server)
        try Self.send(query, on: socket)
        var received = ReceivedDatagrams(capacity: 1)
        let deadline = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < deadline {
            if try socket.receive(into: &received) > 0 {
                let answer = try DNS.Message(parsing: Array(received.payload(0)))
                if answer.id == query.id { return answer }
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        return nil
    }

    private static func send(_ query: DNS.Message, on socket: borrowing UDPSocket) throws {
        var outgoing = OutgoingDatagrams(capacity: 1)
        let bytes = query.encoded()
        _ = try bytes.withUnsafeBytes { payload in
            outgoing.append(payload)
            return try socket.send(&outgoing)
        }
    }
}
