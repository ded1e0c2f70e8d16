import Addresses
import DNSServer
import Linux
import LoadBalancing
import Logging
import Testing
import Wire

@Suite("TCP clients")
struct StreamTests {
    private static func server(_ change: (inout DNSServerConfiguration) -> Void = { _ in }) throws
        -> DNSServer
    {
        var fixture = ClusterFixture()
        fixture.add("api", clusterIPs: ["10.96.0.10"])
        var configuration = DNSServerConfiguration(
            listenAddresses: [IPSocketAddress("127.53.7.1:0")!],
            zone: DNSZoneOptions(domain: ClusterFixture.domain))
        change(&configuration)
        let server = try DNSServer(
            configuration: configuration,
            logger: Logger(label: "dns-test") { _ in SwiftLogNoOpLogHandler() })
        server.update(fixture.snapshot, changed: fixture.all)
        server.setSynced()
        return server
    }

    private func running(_ server: DNSServer, body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private static func query(_ id: UInt16) -> [UInt8] {
        let name = DNS.Name("api.shop.svc.cluster.local")!
        let bytes = DNS.Message(id: id, asking: DNS.Question(name, .a)).encoded()
        return [0, UInt8(bytes.count)] + bytes
    }

    @Test("pipelined queries are all answered, however they are cut, also behind the client's FIN")
    func pipelined() async throws {
        let server = try Self.server()
        try await running(server) {
            let replies = try await onThread { [address = server.boundAddresses[0]] in
                let client = try Client(address)
                let bytes = (1...300).flatMap { Self.query(UInt16($0)) }
                try client.send(bytes[..<7])
                try client.send(bytes[7..<501])
                try client.send(bytes[501...])
                client.socket.shutdownWriting()
                return try client.receiveAll()
            }
            #expect(replies.map(\.id).sorted() == Array(1...300))
            #expect(replies.allSatisfy { $0.answers.count == 1 })
        }
    }

    @Test("an idle connection is closed, and one too many too")
    func limits() async throws {
        let server = try Self.server {
            $0.mostConnections = 1
            $0.idleTimeout = .milliseconds(200)
        }
        try await running(server) {
            let (first, second) = try await onThread { [address = server.boundAddresses[0]] in
                let first = try Client(address)
                try first.send(Self.query(1)[...])
                let second = try Client(address)
                let refused = try second.receiveAll()
                return (try first.receiveAll(), refused)
            }
            #expect(first.count == 1 && second.isEmpty)
        }
    }

    /// A TCP client that waits.
    private final class Client {
        let socket: TCPSocket
        private let epoll: Epoll

        init(_ server: IPSocketAddress) throws {
            socket = try TCPSocket(.ipv4)
            epoll = try Epoll()
            let isConnected = try socket.connect(to: server)
            try epoll.add(socket.descriptor, .writable, token: 0)
            if !isConnected { try wait() }
        }

        struct TimedOut: Error {}

        private func wait() throws {
            var events = Epoll.EventBuffer(capacity: 1)
            guard try epoll.wait(&events, milliseconds: 5000) == 1 else { throw TimedOut() }
        }

        func send(_ bytes: ArraySlice<UInt8>) throws {
            var left = bytes
            try epoll.modify(socket.descriptor, .writable, token: 0)
            while !left.isEmpty {
                switch left.withUnsafeBytes({ socket.send($0) }) {
                case .bytes(let count): left = left.dropFirst(count)
                case .wouldBlock: try wait()
                case .end, .failed: throw TimedOut()
                }
            }
        }

        /// All messages until the server closes.
        func receiveAll() throws -> [DNS.Message] {
            try epoll.modify(socket.descriptor, .readable, token: 0)
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            receiving: while true {
                switch buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) {
                case .bytes(let count): bytes += buffer[..<count]
                case .wouldBlock: try wait()
                case .end, .failed: break receiving
                }
            }
            var reader = ByteReader(bytes)
            var messages: [DNS.Message] = []
            while !reader.isAtEnd {
                let length = try reader.readBig(UInt16.self)
                messages.append(try DNS.Message(parsing: Array(reader.readBytes(Int(length)))))
            }
            return messages
        }
    }
}
