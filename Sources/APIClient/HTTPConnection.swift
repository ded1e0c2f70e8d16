import KubeAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request to the API server.
struct HTTPRequest: Sendable {
    var method: HTTPMethod
    /// With the query.
    var path: String
    var contentType = "application/json"
    var body: [UInt8] = []
}

/// What arrives for one request, in order: a head, then parts of the body, then the end.
enum HTTPResponsePart: Sendable {
    case head(HTTPResponseHead)
    case body([UInt8])
    case end
}

/// One keep-alive connection that carries one exchange at a time.
final class HTTPConnection: Sendable {
    private let channel: any Channel

    init(channel: any Channel) { self.channel = channel }

    var isActive: Bool { channel.isActive }

    /// Sends a request; the stream throws a `Status` of reason `serviceUnavailable` when the connection fails.
    /// Dropping the stream before its end closes the connection.
    func exchange(
        _ request: HTTPRequest, headers: HTTPHeaders
    ) -> AsyncThrowingStream<HTTPResponsePart, any Error> {
        let (stream, continuation) = AsyncThrowingStream<HTTPResponsePart, any Error>.makeStream()
        let channel = self.channel
        continuation.onTermination = { reason in
            if case .cancelled = reason { channel.close(promise: nil) }
        }
        channel.eventLoop.execute {
            // What ended before the exchange began tells nobody of its end any more.
            guard channel.isActive else {
                continuation.finish(throwing: Status.unreachable("the connection was closed"))
                return
            }
            do {
                let handler = try channel.pipeline.syncOperations.handler(
                    type: ExchangeHandler.self)
                handler.begin(continuation)
            } catch {
                continuation.finish(throwing: Status.unreachable("\(error)"))
                return
            }
            Self.write(request, headers: headers, to: channel)
        }
        return stream
    }

    func close() { channel.close(promise: nil) }

    private static func write(
        _ request: HTTPRequest, headers: HTTPHeaders, to channel: any Channel
    ) {
        var headers = headers
        if !request.body.isEmpty {
            headers.add(name: "content-type", value: request.contentType)
            headers.add(name: "content-length", value: String(request.body.count))
        } else if request.method != .GET {
            headers.add(name: "content-length", value: "0")
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: request.path, headers: headers)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if !request.body.isEmpty {
            let buffer = channel.allocator.buffer(bytes: request.body)
            channel.write(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }
}

extension HTTPConnection {
    /// Opens a TLS connection. `context` holds trust and credentials.
    static func open(
        to server: ServerAddress, serverName: String?, context: NIOSSLContext,
        group: any EventLoopGroup
    ) async throws(Status) -> HTTPConnection {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: serverName)
                    try channel.pipeline.syncOperations.addHandler(tls)
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ExchangeHandler())
                }
            }
        do {
            let channel = try await bootstrap.connect(host: server.host, port: server.port).get()
            return HTTPConnection(channel: channel)
        } catch let error as NIOConnectionError {
            let why = error.connectionErrors.last.map { "\($0.error)" } ?? "\(error)"
            throw Status.unreachable(
                "\(server) cannot be reached (is `pointsman up` running?): \(why)")
        } catch {
            throw Status.unreachable("\(server) cannot be reached: \(error)")
        }
    }
}

/// Hands the parts of each answer to the stream of the exchange under way.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private var continuation: AsyncThrowingStream<HTTPResponsePart, any Error>.Continuation?

    func begin(_ continuation: AsyncThrowingStream<HTTPResponsePart, any Error>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            continuation?.yield(.head(head))
        case .body(let buffer):
            continuation?.yield(.body(Array(buffer.readableBytesView)))
        case .end:
            continuation?.yield(.end)
            continuation?.finish()
            continuation = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail("the connection was closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail("\(error)")
        context.close(promise: nil)
    }

    private func fail(_ why: String) {
        continuation?.finish(throwing: Status.unreachable(why))
        continuation = nil
    }
}

extension Status {
    /// The server did not answer.
    static func unreachable(_ why: String) -> Status { Status(.serviceUnavailable, why) }
}
