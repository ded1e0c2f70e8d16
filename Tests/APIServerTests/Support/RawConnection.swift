import NIOCore
import NIOPosix
import NIOSSL

/// One TLS connection on which a test says exactly what it wants, right or wrong.
struct RawConnection: ~Copyable {
    /// One answer of HTTP/1.1.
    struct Response {
        var code = 0
        var head = ""
        var body: [UInt8] = []
    }

    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received: [UInt8] = []

    private init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound
        self.outbound = outbound
    }

    /// Opens a connection for `body`; it is cut off after `seconds`, whatever the server does.
    /// - Parameter user: whose certificate is shown; nil for none.
    static func with<Result>(
        _ server: TestServer, user: String? = "admin", seconds: Int64 = 20,
        _ body: (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let tls = try context(server, user)
        let parts = server.address.split(separator: ":")
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: String(parts[0]), port: Int(parts[1]) ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        let end = channel.channel.eventLoop.scheduleTask(in: .seconds(seconds)) {
            channel.channel.close(promise: nil)
        }
        defer { end.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound.makeAsyncIterator(), outbound)
            return try await body(&connection)
        }
    }

    private static func context(_ server: TestServer, _ user: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(server.certificates.path("ca.crt"))
        configuration.certificateVerification = .noHostnameVerification
        if let user {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(
                server.certificates.path("\(user).crt")
            ).map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(file: server.certificates.path("\(user).key"), format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// Sends a request with a body and its length.
    func send(
        _ method: String, _ path: String, type: String = "application/json", _ body: [UInt8] = []
    ) async throws {
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.count)\r\n\r\n"
        try await send(Array(head.utf8) + body)
    }

    /// The next answer; nil where the server closes instead. One that promises to go on is an answer, too.
    mutating func response() async throws -> Response? {
        guard let head = try await line(endingWith: "\r\n\r\n") else { return nil }
        var response = Response(head: head)
        response.code = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        if response.code == 100 { return response }
        let fields = head.lowercased().split(separator: "\r\n")
        if fields.contains("transfer-encoding: chunked") {
            while let size = try await line(endingWith: "\r\n"), let count = Int(size, radix: 16) {
                response.body += try await take(count)
                _ = try await take(2)
                if count == 0 { break }
            }
        } else if let field = fields.first(where: { $0.hasPrefix("content-length: ") }) {
            response.body = try await take(Int(field.dropFirst(16)) ?? 0)
        }
        return response
    }

    /// The codes of all answers until the server closes.
    mutating func codes() async throws -> [Int] {
        var codes: [Int] = []
        while let response = try await response() { codes.append(response.code) }
        return codes
    }

    private mutating func line(endingWith end: String) async throws -> String? {
        while true {
            if let range = received.firstRange(of: Array(end.utf8)) {
                let line = String(decoding: received[..<range.lowerBound], as: UTF8.self)
                received.removeSubrange(..<range.upperBound)
                return line
            }
            guard try await receive() else { return nil }
        }
    }

    private mutating func take(_ count: Int) async throws -> [UInt8] {
        while received.count < count { guard try await receive() else { break } }
        let taken = Array(received.prefix(count))
        received.removeFirst(taken.count)
        return taken
    }

    /// False at the end, also at one that the server did not announce.
    private mutating func receive() async throws -> Bool {
        do {
            guard let buffer = try await inbound.next() else { return false }
            received += buffer.readableBytesView
            return true
        } catch is NIOSSLError {
            return false
        } catch is IOError {
            return false
        }
    }
}
