import Addresses
import Linux

/// Asks HTTP servers of a node, from a process of the node.
struct NodeClient: Sendable {
    let network: LabNetwork
    private static let patience = Duration.seconds(5)

    /// An answer of HTTP/1.1.
    struct Answer {
        var status: Int
        /// By lower-case names.
        var headers: [String: String] = [:]
        var body: [UInt8]
    }

    /// Whether somebody listens there.
    func isAnswered(_ address: IPSocketAddress) async throws -> Bool {
        do {
            _ = try await connect(to: address)
            return true
        } catch let error as SystemError where error.errno == .connectionRefused {
            return false
        }
    }

    func ask(_ method: String, _ path: String, _ address: IPSocketAddress) async throws -> Answer {
        let connection = try await connect(to: address)
        let request =
            "\(method) \(path) HTTP/1.1\r\nHost: \(address)\r\nConnection: close\r\n\r\n"
        let sent = Array(request.utf8).withUnsafeBytes { connection.socket.send($0) }
        guard sent == .bytes(request.utf8.count) else {
            throw LabError("\(address): \(sent)")
        }
        guard let answer = Answer(try await readAll(connection)) else {
            throw LabError("\(address) does not answer in HTTP")
        }
        return answer
    }

    private final class Connection: Sendable {
        let socket: TCPSocket
        init(_ family: IPFamily) throws { socket = try TCPSocket(family) }
    }

    private func connect(to address: IPSocketAddress) async throws -> Connection {
        let connection = try await network.node.run { try Connection(address.address.family) }
        if try connection.socket.connect(to: address) { return connection }
        try await wait(for: .writable, connection)
        if let errno = connection.socket.descriptor.takeSocketError() {
            throw SystemError(errno, "connect \(address)")
        }
        return connection
    }

    private func wait(for interest: Epoll.Interest, _ connection: Connection) async throws {
        let isReady = try await DescriptorWaits.shared.wait(
            for: interest, on: connection.socket.descriptor, timeout: Self.patience)
        if !isReady { throw LabError("no answer within \(Self.patience)") }
    }

    private func readAll(_ connection: Connection) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            switch buffer.withUnsafeMutableBytes({ connection.socket.receive(into: $0) }) {
            case .bytes(let count): bytes += buffer[..<count]
            case .end: return bytes
            case .wouldBlock: try await wait(for: .readable, connection)
            case .failed(let errno): throw SystemError(errno, "read an answer")
            }
        }
    }
}

extension NodeClient.Answer {
    /// Reads an answer that ends with its connection; nil for what is none.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(of: ""), let first = lines.first,
            let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        self.status = status
        for line in lines[1..<end] {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        body = Array(lines[(end + 1)...].joined(separator: "\r\n").utf8)
    }
}
