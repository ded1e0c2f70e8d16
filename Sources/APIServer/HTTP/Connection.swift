import KubeAPI
import NIOCore
import NIOHTTP1
import NIOSSL

/// One client's connection: reads requests one after another and writes the answers.
struct Connection: Sendable {
    typealias Parts = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Reader = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    private typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    /// The most bytes of a body.
    static let bodyLimit = 3 << 20
    /// Who shows no certificate has nothing to send.
    static let anonymousBodyLimit = 4096
    /// How long a client that was refused may go on sending.
    private static let outlastLimit = TimeAmount.seconds(2)

    let channel: Parts
    let lane: ChunkLane
    let connections: Connections
    let respond: @Sendable (APIRequest) async -> APIResponse

    func run() async {
        let id = connections.add(channel.channel)
        defer { connections.remove(id) }
        // An error here is the end of this connection and of nothing else.
        try? await channel.executeThenClose { inbound, outbound in
            var reader = inbound.makeAsyncIterator()
            var identity: Identity?
            while case .head(let head)? = try await reader.next() {
                guard connections.begin(id) else { return }
                // The handshake is over when a request arrives: now there is a certificate to ask for.
                if identity == nil {
                    identity = try await peer()
                    if identity != .anonymous { connections.identify(id) }
                }
                let limit =
                    identity == .anonymous ? Self.anonymousBodyLimit : Self.bodyLimit
                guard let body = try await readBody(of: head, limit, &reader, outbound) else {
                    let status = Status(
                        .requestEntityTooLarge, "Request entity too large: limit is \(limit)")
                    try await write(APIResponse(status), to: head, keepsAlive: false, id, outbound)
                    try await outlast(&reader)
                    return
                }
                let response = await answer(head, body, identity ?? .anonymous)
                let keepsAlive = head.isKeepAlive && !connections.isStopping
                try await write(response, to: head, keepsAlive: keepsAlive, id, outbound)
                guard connections.end(id), keepsAlive else { return }
            }
        }
    }

    private func peer() async throws -> Identity {
        let certificate = try await channel.channel.nioSSL_peerCertificate().get()
        return try certificate.flatMap { Identity(certificate: try $0.toDERBytes()) } ?? .anonymous
    }

    /// nil: the body is too large.
    private func readBody(
        of head: HTTPRequestHead, _ limit: Int, _ reader: inout Reader, _ outbound: Writer
    ) async throws -> [UInt8]? {
        // Said before the client sends it.
        let length = head.headers.first(name: "content-length").flatMap { UInt64($0) } ?? 0
        if length > UInt64(limit) { return nil }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            let go = HTTPResponseHead(version: head.version, status: .continue)
            try await outbound.write(.head(go))
        }
        var body: [UInt8] = []
        while case .body(let buffer)? = try await reader.next() {
            body.append(contentsOf: buffer.readableBytesView)
            if body.count > limit { return nil }
        }
        return body
    }

    /// A connection that is closed with bytes unread is reset, and the client may never see its answer. So what it still
    /// sends is thrown away for a moment.
    private func outlast(_ reader: inout Reader) async throws {
        let channel = channel.channel
        let end = channel.eventLoop.scheduleTask(in: Self.outlastLimit) {
            channel.close(promise: nil)
        }
        defer { end.cancel() }
        while let part = try await reader.next() {
            if case .end = part { return }
        }
    }

    private func answer(
        _ head: HTTPRequestHead, _ body: [UInt8], _ identity: Identity
    ) async -> APIResponse {
        guard var request = APIRequest(method: head.method.rawValue, target: head.uri) else {
            return APIResponse(.badRequest("the URL is not valid"))
        }
        guard head.version.minor == 0 || head.headers["host"].count == 1 else {
            return APIResponse(.badRequest("a request has one Host header"))
        }
        request.accept = head.headers["accept"].joined(separator: ",")
        request.contentType = head.headers.first(name: "content-type") ?? ""
        request.userAgent = head.headers.first(name: "user-agent") ?? ""
        request.headers = head.headers
        request.body = body
        request.identity = identity
        do throws(Status) {
            guard let deadline = try RequestDeadline(request) else { return await respond(request) }
            return await deadline.run(on: channel.channel.eventLoop) { [request] in
                await respond(request)
            }
        } catch {
            return APIResponse(error)
        }
    }

    private func write(
        _ response: APIResponse, to request: HTTPRequestHead, keepsAlive: Bool, _ id: UInt64,
        _ outbound: Writer
    ) async throws {
        var head = HTTPResponseHead(
            version: request.version, status: HTTPResponseStatus(statusCode: response.code))
        if case .proxied(let exchange) = response.body {
            head.status = exchange.head.status
            head.headers = exchange.head.headers
        } else {
            head.headers = Self.headers(of: response)
        }
        if !keepsAlive { head.headers.add(name: "Connection", value: "close") }
        switch response.body {
        case .bytes(let bytes):
            let codings = request.headers["accept-encoding"].joined(separator: ",")
            if bytes.count > GzipEncoder.threshold, request.method != .HEAD,
                GzipEncoder.isAccepted(by: codings)
            {
                try await writeGzip(bytes, head, outbound)
                break
            }
            head.headers.add(name: "Content-Length", value: String(bytes.count))
            try await outbound.write(.head(head))
            if request.method != .HEAD {
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            }
        case .stream(let stream):
            try await outbound.write(.head(head))
            // Before 1.1 there are no chunks: the end of the connection ends the answer.
            let isChunked = request.version == .http1_1
            if request.method != .HEAD { try await write(stream, isChunked, id, outbound) }
        case .proxied(let exchange):
            defer { exchange.cancel() }
            try await outbound.write(.head(head))
            if request.method != .HEAD { try await write(exchange, id, outbound) }
        }
        try await outbound.write(.end(nil))
    }

    /// Packs and writes piece by piece: the client gets the first while the next is packed.
    private func writeGzip(
        _ bytes: [UInt8], _ head: HTTPResponseHead, _ outbound: Writer
    ) async throws {
        var encoder = try GzipEncoder()
        var head = head
        head.headers.add(name: "Content-Encoding", value: "gzip")
        head.headers.add(name: "Vary", value: "Accept-Encoding")
        try await outbound.write(.head(head))
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(GzipEncoder.pieceSize)
            rest = rest.dropFirst(piece.count)
            let packed = encoder.encode(piece, isLast: rest.isEmpty)
            if packed.isEmpty { continue }
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: packed))))
        }
    }

    /// Writes chunks until the stream ends, the client goes away or the server stops. The client's own pace holds
    /// the stream back; a stream that falls too far behind ends with an error event.
    private func write(
        _ stream: WatchStream, _ isChunked: Bool, _ id: UInt64, _ outbound: Writer
    ) async throws {
        channel.channel.closeFuture.whenComplete { [weak stream] _ in stream?.cancel() }
        connections.onStop(id) { stream.cancel() }
        defer { stream.cancel() }
        guard isChunked else {
            while let chunk = await stream.next() {
                try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: chunk))))
            }
            return
        }
        await withTaskExecutorPreference(EventLoopExecutor.watches(of: channel.channel.eventLoop)) {
            while let chunk = await stream.next() { await lane.write(chunk) }
        }
    }

    /// Carries the body of a Pod's answer, at the pace of the client.
    private func write(_ exchange: ProxyExchange, _ id: UInt64, _ outbound: Writer) async throws {
        let end = exchange.ending
        channel.channel.closeFuture.whenComplete { _ in end() }
        connections.onStop(id, end)
        exchange.advance()
        for try await chunk in exchange.body {
            try await outbound.write(.body(.byteBuffer(chunk)))
            exchange.took()
            exchange.advance()
        }
    }

    private static func headers(of response: APIResponse) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Content-Type": response.contentType, "Cache-Control": "no-cache, private",
        ]
        for warning in response.warnings {
            var quoted: [UInt8] = []
            JSON.write(warning, to: &quoted)
            headers.add(name: "Warning", value: "299 - \(String(decoding: quoted, as: UTF8.self))")
        }
        for (name, value) in response.headers { headers.add(name: name, value: value) }
        return headers
    }
}
