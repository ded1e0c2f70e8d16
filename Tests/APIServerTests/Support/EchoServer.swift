import KubeAPI
import NIOCore
import NIOHTTP1
import NIOPosix

/// A Pod's HTTP server on 127.0.0.1: tells what it was asked.
struct EchoServer {
    let port: Int

    static func with(_ body: (EchoServer) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(EchoServer(port: channel.localAddress?.port ?? 0))
        } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer): body += Array(buffer.readableBytesView)
        case .end:
            if let head { answer(head, context) }
        }
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let headers = request.headers.map { ($0.name.lowercased(), JSON.string($0.value)) }
        let text: JSON = [
            "method": .string(request.method.rawValue), "path": .string(request.uri),
            "headers": .object(JSONObject(headers)),
            "body": .string(String(decoding: body, as: UTF8.self)),
        ]
        var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["X-Pod": "here"])
        var bytes = text.encoded()
        switch request.uri {
        case "/redirect":
            head.status = .found
            head.headers.add(name: "Location", value: "/there")
        case "/large": bytes = Array(repeating: UInt8(ascii: "x"), count: 8 << 20)
        case let path where path.hasPrefix("/status/"):
            head.status = .init(statusCode: Int(path.dropFirst("/status/".count)) ?? 500)
        default: break
        }
        head.headers.add(name: "Content-Length", value: String(bytes.count))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(
            wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
