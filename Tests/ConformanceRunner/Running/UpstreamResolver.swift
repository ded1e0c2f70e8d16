import Addresses
import Linux
import Wire

/// A resolver of the world outside, which knows a few records and says NXDOMAIN to all else.
struct UpstreamResolver: Sendable {
    static let address = IPSocketAddress("127.0.0.1:5399")!

    let records: [DNS.Record]

    /// Reads records as the cases write them, such as `db.example.org. 5 IN A 198.51.100.5`.
    init(_ lines: [String]) throws {
        records = try lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 5, let name = DNS.Name(words[0]), let ttl = UInt32(words[1])
            else { throw Failure("the record \(line) cannot be read") }
            if let address = IPAddress(words[4]) {
                return DNS.Record(name, ttl: ttl, .address(address))
            }
            guard words[3] == "CNAME", let target = DNS.Name(words[4]) else {
                throw Failure("the record \(line) cannot be read")
            }
            return DNS.Record(name, ttl: ttl, .cname(target))
        }
    }

    /// Answers until the task is cancelled.
    func run() async throws {
        let socket = try UDPSocket(bound: Self.address, .reuseAddress)
        var received = ReceivedDatagrams(capacity: 8)
        while !Task.isCancelled {
            for index in 0..<(try socket.receive(into: &received)) {
                guard let source = received.source(index),
                    let query = try? DNS.Message(parsing: Array(received.payload(index)))
                else { continue }
                try send(answer(query), to: source, on: socket)
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func answer(_ query: DNS.Message) -> DNS.Message {
        var reply = query
        reply.isResponse = true
        reply.recursionAvailable = true
        reply.additional = []
        reply.edns = nil
        var name = query.questions.first?.name
        while let wanted = name {
            name = nil
            for record in records where record.name == wanted {
                if case .cname(let target) = record.data, query.questions.first?.type != .cname {
                    reply.answers.append(record)
                    name = target
                } else if record.type == query.questions.first?.type {
                    reply.answers.append(record)
                }
            }
        }
        let isKnown = records.contains { $0.name == query.questions.first?.name }
        reply.responseCode = isKnown ? .noError : .nxdomain
        return reply
    }

    private func send(
        _ message: DNS.Message, to client: IPSocketAddress, on socket: borrowing UDPSocket
    ) throws {
        var outgoing = OutgoingDatagrams(capacity: 1)
        _ = try message.encoded().withUnsafeBytes { payload in
            outgoing.append(payload, to: client)
            return try socket.send(&outgoing)
        }
    }
}
